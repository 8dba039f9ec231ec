/**
 * A formation: how many instances of each process run, as `web=2,worker=1` or `all=2,db=1`. A process that is not named runs once, as by
 * overmind; foreman, once there is a formation, runs only what it names (parse_formation in its lib/foreman/engine.rb): `all=0,web=2` here.
 */
import { nearest } from '../../../shared/nearest.ts'

export const MAX_INSTANCES = 100
export const MAX_IN_ALL = 1000

/** How many of each name. The column counts from 1, within the formation's text. */
export type Formation = { readonly counts: ReadonlyMap<string, number> } | { readonly column: number; readonly message: string }

export function parseFormation(text: string, names: readonly string[]): Formation {
  const written = new Map<string, number>()
  let column = 1
  for (const part of text.trim() === '' ? [] : text.split(',')) {
    const at = column + (part.length - part.trimStart().length)
    const wrong = (message: string) => ({ column: at, message })
    const [, name = '', count = ''] = /^\s*([A-Za-z0-9_-]+)\s*=\s*(-?\d+)\s*$/.exec(part) ?? []
    if (name === '') return wrong(`${JSON.stringify(part.trim().slice(0, 80))} is no NAME=COUNT, as web=2`)
    if (name !== 'all' && !names.includes(name)) return wrong(noSuchProcess(name, names))
    if (written.has(name)) return wrong(`${name} is counted twice`)
    if (!(Number(count) >= 0 && Number(count) <= MAX_INSTANCES))
      return wrong(`${name} can run 0 to ${MAX_INSTANCES} times, not ${count}`)
    written.set(name, Number(count))
    column += part.length + 1
  }
  const others = written.get('all') ?? 1
  const counts = new Map(names.map(name => [name, written.get(name) ?? others]))
  const inAll = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (inAll > MAX_IN_ALL) return { column: 1, message: `makes ${inAll} processes, at most ${MAX_IN_ALL} are run` }
  return { counts }
}

/** For whoever named a process that the Procfile lacks. */
export function noSuchProcess(name: string, names: readonly string[]): string {
  const meant = nearest(name, names)
  return `the Procfile has no process named ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`
}
