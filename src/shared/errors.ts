/**
 * The one error that crosses borders. Every expected failure of Drover has a code from this list;
 * the CLI maps codes to exit codes, HTTP to a status, the window to words: each once.
 */
export const ERROR_CODES = [
  'BAD_INPUT', // a value the caller gave is not what the method takes
  'BAD_CONFIG', // a file the user wrote cannot be read as what it should be
  'NOT_FOUND', // no such host, job, file or method
  'AMBIGUOUS', // a partial id or name fits more than one thing
  'CONFLICT', // it exists already, or its state forbids what was asked
  'FORBIDDEN', // this principal may not do that
  'HOST_UNREACHABLE', // no connection, or it broke while we waited for the answer
  'HOST_KEY_UNKNOWN', // the host's key is not in known_hosts
  'HOST_KEY_CHANGED', // the host's key differs from the one in known_hosts, or is revoked
  'AUTH_FAILED', // the host refused every identity we have
  'KEY_LOCKED', // a private key needs its passphrase; details: { keyPath }
  'MISSING_TOOL', // a program is not installed; details: { tool, host, install }
  'NO_HOST', // the allocator found no host that fits; details say why for each
  'DISK_FULL', // here or on a host; the message says where
  'HOST_ERROR', // the agent on a host could not do it; the message is the host's own
  'PROTOCOL', // the other side sent what no version of ours sends
  'CANCELLED', // the caller asked to stop it
  'TIMEOUT', // no answer in the time given
  'TOO_NEW', // a newer Drover wrote this file
  'CORE_RUNNING', // another core of this user holds the database
  'CORE_UNREACHABLE', // the command line cannot reach a core
  'INTERNAL', // a mistake of ours
] as const
/** Of a host that cannot be used: trying again mends none of these, a person has to. */
export const NEEDS_PERSON: ReadonlySet<string> = new Set([
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_CHANGED',
  'AUTH_FAILED',
  'KEY_LOCKED',
  'MISSING_TOOL',
  'BAD_CONFIG',
  'BAD_INPUT',
] satisfies ErrorCode[])

export type ErrorCode = (typeof ERROR_CODES)[number]

/** How an error looks on the wire. */
export type ErrorBody = { code: ErrorCode; message: string; details: Record<string, unknown> }

/** An expected failure. `details` are plain JSON and never hold a secret. */
export class AppError extends Error {
  override name = 'AppError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}

/** Makes any thrown value fit for the wire. What is not an AppError is INTERNAL, with its own message and nothing else. */
export function toErrorBody(error: unknown): ErrorBody {
  if (error instanceof AppError) return { code: error.code, message: error.message, details: error.details }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', message, details: {} }
}

export function fromErrorBody(body: ErrorBody): AppError {
  return new AppError(body.code, body.message, { details: body.details })
}
