/** `drover logs` for processes: their merged output, all of it or what matches, then what comes. */
import { countText } from '../../shared/format.ts'
import type { OutputEntry, ProcessView, ProjectView } from '../../shared/process.ts'
import { safeJson } from '../../shared/visible.ts'
import type { Cli } from '../cli.ts'
import type { CoreSession } from '../core-client.ts'
import type { Grep } from '../job-grep.ts'
import { written } from '../output.ts'
import { wholeLine } from '../whole-line.ts'
import { ALL_LINES, readOutput } from './follow-output.ts'
import { LinePrinter } from './line-printer.ts'
import { lineTest } from './line-test.ts'
import { type LineEntry, type Search, searchOutput } from './search-output.ts'

export type Printing = {
  project: ProjectView
  /** Empty: all of the project. */
  processes: readonly ProcessView[]
  /** At most so many of each; null: all. */
  lines: number | null
  since: number | null
  isFollowed: boolean
  hasPrefix: boolean
  grep: Grep | null
}

/** The exit code: 1 if nothing that there is matches. */
export async function printOutput(cli: Cli, session: CoreSession, printing: Printing): Promise<number> {
  const { project, processes, lines, since, isFollowed, grep } = printing
  const lineText = new LinePrinter(cli.out, { hasPrefix: printing.hasPrefix, now: cli.now() })
  lineText.know(processes.length > 0 ? processes : project.processes)
  const print = async (entries: readonly OutputEntry[]) => {
    const text = entries.map(entry => (cli.out.isJson ? `${safeJson(entry)}\n` : lineText.entry(entry))).join('')
    if (text !== '') await written(cli.out.stdout, Buffer.from(text))
  }
  const output = { project: project.id, processes: processes.map(process => process.label), since, follow: isFollowed }
  if (grep === null) {
    await readOutput(session, { ...output, lines: lines ?? ALL_LINES }, { take: print })
    cli.out.stdout.write(lineText.end())
    return 0
  }
  const matches = lineTest(grep)
  // What comes while we search waits in the stream: it may be found by both.
  const found = searchHistory(cli, session, { ...output, grep, lines, since })
  // Whoever is the first to have its answer awaits it.
  found.catch(() => undefined)
  if (!isFollowed) {
    const history = await found
    await print(history)
    return history.length === 0 ? 1 : 0
  }
  const last = new Map<string, number>()
  let isSearched = false
  const take = async (entries: readonly OutputEntry[]) => {
    if (!isSearched) {
      isSearched = true
      const history = await found
      for (const { jobId, byte } of history) last.set(jobId, Math.max(byte, last.get(jobId) ?? 0))
      await print(history)
    }
    await print(
      entries.filter(entry => entry.type === 'line' && matches(entry.text) && entry.byte > (last.get(entry.jobId) ?? -1)),
    )
  }
  // `now` comes first, and the search's answer with it.
  await readOutput(session, { ...output, lines: 0 }, { take })
  return 0
}

/** Says what of it is not there. */
async function searchHistory(cli: Cli, session: CoreSession, search: Search): Promise<LineEntry[]> {
  const { lines, leftOut, silentHosts } = await searchOutput(session, search)
  if (leftOut > 0) cli.out.note(`${countText(leftOut)} older lines match too: see less by -n, or --since`)
  for (const host of silentHosts) cli.out.error(`${host} cannot be asked: what was printed there was not searched`)
  const whole: LineEntry[] = []
  for (const { isCut, ...line } of lines) whole.push(isCut ? { ...line, text: await wholeLine(session, line) } : line)
  return whole
}
