/**
 * The one place where failures become exit codes and advice. 2: the command line was wrong, nothing was done; 123: a job went well, but
 * what it was to bring back is not here; 125: Drover itself failed where the exit code would else be a job's; 130: Ctrl+C at a question or
 * while waiting; 1: any other failure.
 */
import type { Command } from '../shared/domain.ts'
import { AppError, type ErrorCode } from '../shared/errors.ts'
import { commandText } from '../shared/format.ts'
import { visible } from '../shared/visible.ts'

export const EXIT_FAILED = 1
export const EXIT_USAGE = 2
/** Never in place of a code of the job's own, which is what became of the job. */
export const EXIT_NOT_PULLED = 123
export const EXIT_OWN_FAILURE = 125
export const EXIT_INTERRUPTED = 130
/** 128 + SIGPIPE: what a shell reports for a program whose reader went away. */
export const EXIT_BROKEN_PIPE = 141

/** The command line itself is wrong. `hint` is what to type instead, if we can guess it. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** The person pressed Ctrl+C at a question of ours. */
export class InterruptedError extends Error {
  override name = 'InterruptedError'

  constructor() {
    super('Interrupted')
  }
}

export function exitCodeOf(error: unknown, verb: { givesJobExit?: boolean } | undefined): number {
  if (error instanceof UsageError) return EXIT_USAGE
  if (error instanceof InterruptedError) return EXIT_INTERRUPTED
  return verb?.givesJobExit ? EXIT_OWN_FAILURE : EXIT_FAILED
}

/** What to do next, one line each; empty where the message says it all. */
export function adviceFor(error: unknown): string[] {
  if (error instanceof UsageError) return error.hint === undefined ? [] : [error.hint]
  if (!(error instanceof AppError)) return []
  // Other files of the user's have other ways to be edited, and a database has none.
  if (error.code === 'BAD_CONFIG') return error.message.includes('config.yaml') ? ['Edit the file: drover config edit'] : []
  const advice = ADVICE[error.code]?.(error.details) ?? []
  // Messages of the core may name the very command already.
  return advice.filter(line => !error.message.includes(commandIn(line)))
}

type Details = Readonly<Record<string, unknown>>

const ADVICE: Partial<Record<ErrorCode, (details: Details) => string[]>> = {
  AMBIGUOUS: details => matches(details).map(match => `  ${match}`),
  NOT_FOUND: details => named(details, 'next', next => next),
  CORE_UNREACHABLE: () => ['See what is wrong: drover doctor', 'Start the core by hand: drover daemon run'],
  HOST_UNREACHABLE: details => named(details, 'host', host => `See why: drover host test ${host}`),
  HOST_KEY_UNKNOWN: details => [
    ...named(details, 'fingerprint', fingerprint => `It shows the key ${fingerprint}`),
    ...named(details, 'host', host => `If that is its key: drover host trust ${host}`),
  ],
  HOST_KEY_CHANGED: details => [
    'Somebody may be listening in, or the host was set up anew. Ask whoever runs it before you go on.',
    ...named(details, 'host', host => `To see both keys: drover host trust ${host}`),
  ],
  AUTH_FAILED: details => named(details, 'host', host => `See what was tried: drover host test ${host}`),
  KEY_LOCKED: details => named(details, 'keyPath', path => `Open it for this core: drover unlock ${path}`),
  MISSING_TOOL: details => named(details, 'install', install => `Install it: ${install}`),
  NO_HOST: () => ['See the hosts: drover host ls -c'],
  DISK_FULL: () => ['See what Drover keeps where: drover df', 'Remove what is not needed: drover gc'],
  TOO_NEW: () => ['Use the newer Drover that wrote it.'],
  INTERNAL: () => ['This is a mistake in Drover; its log says more: drover status'],
}

function named(details: Details, key: string, line: (value: string) => string): string[] {
  const value = details[key]
  return typeof value === 'string' && value !== '' ? [line(value)] : []
}

/** The core names the jobs that an ambiguous id fits in `details.jobs`. */
function matches({ jobs }: Details): string[] {
  if (!Array.isArray(jobs)) return []
  return (jobs as { id: string; host: string | null; command: Command }[]).map(
    ({ id, host, command }) => `${id}  ${visible(host ?? '-')}  ${visible(commandText(command))}`,
  )
}

function commandIn(line: string): string {
  return line.slice(line.indexOf(': ') + 2)
}
