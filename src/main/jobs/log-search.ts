/** Searches a job's log on its host, where the log is: a part at a time, so that each answer comes soon and a search can be left. */
import type { LogMatch } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { violation } from '../hosts/agent-protocol.ts'
import type { Live } from '../hosts/host-link.ts'
import { run } from '../hosts/transport.ts'
import { hostFailure } from './sync/transfer.ts'

export type LogQuery = {
  pattern: string
  isRegex: boolean
  ignoreCase: boolean
  fromByte: number
  limit: number
  /** How much it looks through; `PART_BYTES` if nothing is said. */
  partBytes?: number
}
export type LogFindings = { matches: LogMatch[]; searchedTo: number; logBytes: number }

/** How much one call looks through at most. */
export const PART_BYTES = 64 * 1024 * 1024
/** Lines that begin in a part are looked at so far beyond its end. */
const OVERLAP_BYTES = 1024 * 1024
/** Some expressions take for ever. */
const PATIENCE_MS = 60_000
const TEXT_BYTES = 500
/** The agent's exit code for a pattern that is none. */
const BAD_PATTERN = 2

/** @throws {AppError} `BAD_INPUT` with grep's word on the pattern, `TIMEOUT`, `HOST_ERROR`, `HOST_UNREACHABLE`. */
export async function searchLog(host: string, { transport, agent }: Live, jobId: string, query: LogQuery): Promise<LogFindings> {
  const { fromByte, limit, partBytes = PART_BYTES } = query
  // From the byte before: whether a line begins here can be told only by what stands in front.
  const start = Math.max(0, fromByte - 1)
  const command = agent.commands.searchLog(jobId, {
    ...query,
    fromByte: start,
    bytes: partBytes + OVERLAP_BYTES,
    // One that begins before here, and one to tell that there are more.
    mostLines: limit + 2,
  })
  const [head = '', ...lines] = await ask(host, transport, command)
  const [, logBytes, from] = (/^(\d{1,15}) (\d{1,15})$/.exec(head) ?? []).map(Number)
  if (logBytes === undefined || from === undefined) throw violation('the size of a log', head)
  // Later than was asked for where the host no longer keeps that.
  const begin = Math.max(fromByte, from)
  const partEnd = Math.min(begin + partBytes, Math.max(logBytes, begin))
  const matches = lines.map(line => parseMatch(line, from)).filter(({ byte }) => byte >= begin && byte < partEnd)
  const next = matches[limit]
  return { matches: matches.slice(0, limit), searchedTo: next?.byte ?? partEnd, logBytes: Math.max(logBytes, partEnd) }
}

/**
 * Where the first line begins that may match, as fast as grep is; null: from `fromByte` on there is none. `logBytes`: all that was printed.
 *
 * @throws {AppError} as `searchLog` does.
 */
export async function findInLog(
  host: string,
  { transport, agent }: Live,
  jobId: string,
  query: Omit<LogQuery, 'limit' | 'partBytes'>,
): Promise<{ byte: number | null; logBytes: number }> {
  const [head = ''] = await ask(host, transport, agent.commands.findInLog(jobId, query))
  const [, logBytes, , at] = /^(\d{1,15}) (\d{1,15}) (\d{1,15}|-)$/.exec(head) ?? []
  if (logBytes === undefined || at === undefined) throw violation('a place in a log', head)
  return { byte: at === '-' ? null : Number(at), logBytes: Number(logBytes) }
}

async function ask(host: string, transport: Live['transport'], command: string): Promise<string[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const { stdout, stderr, ...end } = await run(transport, command, { signal, maxBytes: 2 * 1024 * 1024 })
  if (signal.aborted) throw new AppError('TIMEOUT', `${host} searched for a minute without an end; try a simpler pattern`)
  const said = stderr.trim()
  if (end.code === BAD_PATTERN) throw new AppError('BAD_INPUT', `The pattern is not understood: ${said.replace(/^drover: /, '')}`)
  const failure = hostFailure(host, 'searching the output of a job', { end, said })
  if (failure) throw failure
  return stdout.toString('latin1').split('\n').slice(0, -1)
}

function parseMatch(line: string, from: number): LogMatch {
  const [, offset, text = ''] = /^(\d{1,15}):(.*)$/s.exec(line) ?? []
  if (offset === undefined) throw violation('a line with its place', line)
  const isCut = text.length > TEXT_BYTES
  const shown = Buffer.from(text.slice(0, TEXT_BYTES), 'latin1').toString('utf8')
  return { byte: from + Number(offset), text: shown, ...(isCut && { isCut }) }
}
