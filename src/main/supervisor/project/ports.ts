/** Which port an instance gets as PORT: from the base on, each process of the Procfile a step further, each instance the next one. */

const MAX_PORT = 65_535

export type PortRange = { readonly name: string; readonly first: number; readonly count: number; readonly step: number }

/** Why these instances cannot have their ports; null if they can. */
export function portProblem({ name, first, count, step }: PortRange): string | null {
  if (count > step)
    return `${name} runs ${count} times, and its ports meet the next ones: set port_step to ${count} or more in drover.yaml`
  const last = first + count - 1
  if (last <= MAX_PORT) return null
  return `the PORT of ${name} would be ${last}, and ports end at ${MAX_PORT}: set a smaller port or port_step in drover.yaml`
}

export function readPort(text: string | undefined): number | null {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0
  return port >= 1 && port <= MAX_PORT ? port : null
}
