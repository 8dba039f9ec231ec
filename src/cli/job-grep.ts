/** Lines of a job that match an expression: those that it has printed its host finds, those that come are looked at here. */
import type { LogMatch } from '../shared/domain.ts'
import { safeJson } from '../shared/visible.ts'
import type { Cli } from './cli.ts'
import type { CoreSession } from './core-client.ts'
import { written } from './output.ts'
import { lineTest } from './processes/line-test.ts'
import { copyLog } from './stream-job.ts'
import { wholeLine } from './whole-line.ts'

export type Grep = { pattern: string; ignoreCase: boolean }
type Search = { jobId: string; fromByte: number; lines: number | null; grep: Grep; isFollowed: boolean }
/** How many were found, and from which byte on nothing has been looked at: a line begins there. */
type Searched = { count: number; nextByte: number }

const PAGE = 1000
const LINE_FEED = 0x0a
/** A line is taken to end by then. */
const MOST_LINE = 1024 * 1024

/** @throws {UsageError} before anything is asked, for what is no regular expression. */
export async function printMatches(cli: Cli, session: CoreSession, { jobId, grep, ...search }: Search): Promise<Searched> {
  lineTest(grep)
  const { lines, isFollowed } = search
  const last: LogMatch[] = []
  let searched: Searched = { count: 0, nextByte: search.fromByte }
  const print = async (match: LogMatch) => {
    const text = match.isCut ? await wholeLine(session, { jobId, byte: match.byte }) : match.text
    await written(cli.out.stdout, Buffer.from(lineText(cli, { ...match, text })))
  }
  for (let isDone = false; !isDone; ) {
    const asked = { job: jobId, ...grep, isRegex: true, fromByte: searched.nextByte, limit: PAGE }
    const { matches, searchedTo, logBytes } = await session.call('job.search', asked)
    isDone = searchedTo >= logBytes
    const open = isDone && isFollowed ? await openLine(session, { jobId, from: search.fromByte, end: searchedTo }) : searchedTo
    const whole = matches.filter(({ byte }) => byte < open)
    searched = { count: searched.count + whole.length, nextByte: open }
    if (lines === null) for (const match of whole) await print(match)
    else {
      last.push(...whole)
      last.splice(0, Math.max(0, last.length - lines))
    }
  }
  for (const match of last) await print(match)
  return searched
}

/** Until the job has ended. */
export async function followMatches(
  cli: Cli,
  session: CoreSession,
  { jobId, grep, nextByte }: { jobId: string; grep: Grep; nextByte: number },
): Promise<void> {
  const matches = lineTest(grep)
  const decoder = new TextDecoder()
  let byte = nextByte
  let rest = ''
  const tell = async (text: string) => {
    if (matches(text)) await written(cli.out.stdout, Buffer.from(lineText(cli, { byte, text })))
  }
  const take = async (bytes: Uint8Array) => {
    const texts = (rest + decoder.decode(bytes, { stream: true })).split(/[\r\n]/)
    rest = texts.pop() ?? ''
    for (const text of texts) {
      await tell(text)
      byte += Buffer.byteLength(text) + 1
    }
    if (rest.length < MOST_LINE) return
    await tell(rest)
    byte += Buffer.byteLength(rest)
    rest = ''
  }
  await copyLog(cli, session, { jobId, fromByte: nextByte, take })
  if (rest !== '') await tell(rest)
}

function lineText(cli: Cli, line: { byte: number; text: string }): string {
  return cli.out.isJson ? `${safeJson({ type: 'line', byte: line.byte, text: line.text })}\n` : `${line.text}\n`
}

/** Where the line begins that is not at its end yet; `end` if none is. */
async function openLine(
  session: CoreSession,
  { jobId, from, end }: { jobId: string; from: number; end: number },
): Promise<number> {
  let byte = Math.max(from, end - MOST_LINE)
  let begins = byte
  const log = await session.openLog({ job: jobId, fromByte: byte })
  try {
    for await (const bytes of log) {
      const at = bytes.subarray(0, end - byte).lastIndexOf(LINE_FEED)
      if (at >= 0) begins = byte + at + 1
      byte += bytes.length
      if (byte >= end) break
    }
  } finally {
    log.close()
  }
  return begins
}
