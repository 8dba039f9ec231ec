/** The last line of a job's output that says something, read from the log's end only. Kept, for a log that has ended does not change. */
import type { JobView } from '../../shared/domain.ts'
import { core } from '../core.ts'
import { lastLine } from './last-line.ts'

const TAIL_BYTES = 4096
const KEPT = 100
const known = new Map<string, string>()

/** Empty where there is none. @throws {AppError} as when its host cannot be asked. */
export async function readLastLine({ id, logBytes }: Pick<JobView, 'id' | 'logBytes'>): Promise<string> {
  const before = known.get(id)
  if (before !== undefined) return before
  if (logBytes === null || logBytes === 0) return ''
  const stream = await core.openLog({ job: id, fromByte: Math.max(0, logBytes - TAIL_BYTES), follow: false })
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true })
    bytes += chunk.length
    if (bytes >= 2 * TAIL_BYTES) break
  }
  const line = lastLine(text)
  const [oldest] = known.keys()
  if (known.size >= KEPT && oldest !== undefined) known.delete(oldest)
  known.set(id, line)
  return line
}
