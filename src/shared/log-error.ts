/** Why the core's log cannot be written: said by whoever opens it first, the command line that starts a core or the core itself. */
import { AppError } from './errors.ts'

export function logError(path: string, cause: unknown): AppError {
  const { code, message } = cause as { code?: string; message: string }
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  const advice = isFull ? '' : '. Mend that, or set XDG_STATE_HOME to another folder'
  return new AppError(isFull ? 'DISK_FULL' : 'BAD_CONFIG', `Cannot write the core’s log ${path}: ${message}${advice}`, { cause })
}
