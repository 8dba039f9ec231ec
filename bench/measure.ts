/** How a bench measures: ours and the peer's in turn, so that whatever the machine does meanwhile happens to both. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Gives what it measured, in the row's unit. */
export type Measured = () => Promise<number>

/** Ours and the peer's, or whatever more there is to compare. */
export async function interleaved<Who extends string>(
  measure: Readonly<Record<Who, Measured>>,
  options: { n: number; warmUps?: number; pauseMs?: number },
): Promise<Record<Who, number[]>> {
  const { n, warmUps = 2, pauseMs = 0 } = options
  const all = Object.keys(measure) as Who[]
  const figures = Object.fromEntries(all.map(who => [who, []])) as unknown as Record<Who, number[]>
  for (let round = -warmUps; round < n; round++) {
    for (const who of all) {
      const figure = await measure[who]()
      if (round >= 0) figures[who].push(figure)
      if (pauseMs > 0) await delay(pauseMs)
    }
  }
  return figures
}

export type Program = { file: string; args: readonly string[]; env: NodeJS.ProcessEnv; cwd?: string }

/** Milliseconds from before its start to its end, as whoever typed it waits. Its output is read and dropped. */
export async function processMs({ file, args, env, cwd }: Program): Promise<number> {
  const startedAt = performance.now()
  const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.resume()
  child.stderr.setEncoding('utf8').on('data', text => {
    said = (said + text).slice(-2_000)
  })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve))
  const tookMs = performance.now() - startedAt
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${said}`)
  return tookMs
}

export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** Wall-clock microseconds, as `$EPOCHREALTIME` of bash without its point. */
export function epochMicroseconds(): number {
  return (performance.timeOrigin + performance.now()) * 1_000
}

/** Resident memory of a process, in megabytes. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  if (kb === undefined) throw new Error(`Process ${pid} has no memory: it has ended`)
  return Number(kb) / 1_024
}

/** CPU time a process has used so far, its threads' included, in milliseconds: of 10 ms resolution. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
