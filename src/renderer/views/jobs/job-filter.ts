/**
 * What is typed above the jobs, as words that all have to fit: text is looked for in id, host, folder, command and state;
 * `host:beefy` and `is:running` look in one place only. Quotes keep words together.
 */
import type { JobView } from '../../../shared/domain.ts'
import { commandText, pullText } from '../../../shared/format.ts'

export type JobFilter = readonly Term[]
type Term = { field: 'text' | 'host' | 'is'; value: string }

/** What `is:` takes, for those who ask. */
export const STATE_WORDS = ['running', 'waiting', 'unknown', 'ended', 'done', 'failed', 'stopped', 'lost'] as const

export function parseFilter(text: string): JobFilter {
  const words = text.toLowerCase().match(/(?:[a-z]+:)?"[^"]*"?|\S+/g) ?? []
  return words.flatMap(word => {
    const [, field, rest] = /^(host|is):(.*)$/s.exec(word) ?? []
    const value = (rest ?? word).replaceAll('"', '')
    // `is:` is half of a word that is still being typed.
    return value === '' ? [] : [{ field: field === 'host' || field === 'is' ? field : 'text', value } satisfies Term]
  })
}

export function matches(job: JobView, filter: JobFilter): boolean {
  return filter.every(({ field, value }) => {
    if (field === 'host') return job.host?.toLowerCase().includes(value) ?? false
    if (field === 'is') return stateWords(job).some(word => word.startsWith(value))
    return searchText(job).includes(value)
  })
}

/** Every word that is true of its state, the one that is shown among them. */
export function stateWords(job: JobView): string[] {
  const words: string[] = []
  if (job.state !== 'ended') {
    if (job.unknownSince !== null) words.push('unknown')
    else words.push(job.state === 'running' || job.state === 'stopping' ? 'running' : 'waiting', job.state)
  } else {
    words.push('ended')
    if (job.outcome === 'exited') words.push('done', job.exitCode === 0 ? 'ok' : 'failed')
    else if (job.outcome === 'signalled') words.push('done', 'failed', 'signalled')
    else if (job.outcome === 'failed' || job.outcome === 'lost' || job.outcome === 'link-lost') words.push('failed', job.outcome)
    else if (job.outcome !== null) words.push(job.outcome)
  }
  const pull = pullText(job)
  return pull === '' ? words : [...words, pull]
}

/** A job that changes is another object: what was made of the one before goes with it. */
const searchTexts = new WeakMap<JobView, string>()

function searchText(job: JobView): string {
  const known = searchTexts.get(job)
  if (known !== undefined) return known
  const parts = [job.id, job.host ?? '', job.folder ?? '', commandText(job.command), ...stateWords(job), job.signal ?? '']
  const text = parts.join('\n').toLowerCase()
  searchTexts.set(job, text)
  return text
}
