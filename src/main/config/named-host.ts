/** What the readers of other tools' files have in common. */
import { AppError } from '../../shared/errors.ts'

/** A host as a file names it; `place` is its file and line. */
export type NamedHost = { name: string; connection: string; place: string }

/** @throws {AppError} always: `BAD_CONFIG`, with file and line. */
export function badLine(place: string, problem: string): never {
  throw new AppError('BAD_CONFIG', `${place}: ${problem}`)
}
