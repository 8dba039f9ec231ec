/** What a file call of the drop room failed with, in words that say what is full or forbidden, and where. */
import { AppError } from '../../../shared/errors.ts'

export function fileError(error: unknown, doing: string): unknown {
  if (error instanceof AppError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError(
      'DISK_FULL',
      `No space left on the core’s machine, while ${doing}. Free some, and drop the folder again: it goes on from there`,
      {
        cause: error,
      },
    )
  return new AppError('BAD_INPUT', `It failed while ${doing}: ${message}`, { cause: error })
}
