/** config.yaml as text: read from the disk with all that may be wrong there, and written the way its user writes it. */
import { readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Document, parseDocument } from 'yaml'
import { AppError } from '../../shared/errors.ts'
import { mergeLines } from './merge-lines.ts'

/** Some ten thousand hosts. */
const MAX_BYTES = 4 * 1024 * 1024
const MAX_LINKS = 40

/**
 * The text of a file that people write; null if there is none.
 *
 * @throws {AppError} `BAD_CONFIG` if it cannot be read, is no regular file, is too big, or is not UTF-8.
 */
export function readUserText(path: string): string | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return null
    // A FIFO would be waited for, for ever.
    if (!stat.isFile()) throw new AppError('BAD_CONFIG', `${path} is not a regular file`)
    if (stat.size > MAX_BYTES)
      throw new AppError('BAD_CONFIG', `${path} is too big: ${stat.size} bytes, at most ${MAX_BYTES} are read`)
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    if (error instanceof AppError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    const problem = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8 text' : message
    throw new AppError('BAD_CONFIG', `Cannot read ${path}: ${problem}`, { cause: error })
  }
}

/** The file that is to be replaced when `path` may be a link: to a folder of dotfiles, perhaps to a file that is not there yet. */
export function linkTarget(path: string): string {
  let target = path
  for (let links = 0; links < MAX_LINKS; links++) {
    try {
      return realpathSync(target)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') break
    }
    try {
      target = resolve(dirname(target), readlinkSync(target))
    } catch {
      return target // Not a link, and not there: to be made.
    }
  }
  throw new AppError('BAD_CONFIG', `${path} is a link that leads nowhere`)
}

/** The changed document as text: all that did not change stands as its user wrote it in `before`. */
export function renderLike(before: string, document: Document): string {
  const style = { lineWidth: 0, ...indentation(before) }
  const after = document.toString(style)
  if (before.trim() === '') return after
  const mine = before.replaceAll('\r\n', '\n')
  const lines = mergeLines(parseDocument(mine).toString(style).split('\n'), mine.split('\n'), after.split('\n'))
  const merged = lines.join('\n')
  const text = hasSameMeaning(merged, after) ? merged : after
  return before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text
}

/** A merge of lines knows nothing of YAML: it is believed only as far as this. */
function hasSameMeaning(one: string, other: string): boolean {
  const [first, second] = [parseDocument(one), parseDocument(other)]
  return first.errors.length === 0 && isDeepStrictEqual(first.toJS(), second.toJS())
}

/** As the first thing is that stands under a key of its own line. */
function indentation(text: string): { indent: number; indentSeq: boolean } {
  const lines = text.split(/\r?\n/).filter(line => !/^[ \t]*(#|$)/.test(line))
  const parent = lines.findIndex(line => /^[^\s#-].*:[ \t]*(#.*)?$/.test(line))
  const child = parent < 0 ? '' : (lines[parent + 1] ?? '')
  if (child.startsWith('-')) return { indent: 2, indentSeq: false }
  const width = child.length - child.trimStart().length
  return { indent: width > 0 && width <= 8 ? width : 2, indentSeq: true }
}
