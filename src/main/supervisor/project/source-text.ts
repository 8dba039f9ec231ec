/** The text of a file that people write, and where in it something stands. */
import type { ProjectProblem } from '../../../shared/project.ts'

/** What is wrong with a file, before the file's name is put to it. */
export type TextProblem = Omit<ProjectProblem, 'file'>

export const errorAt = (line: number, column: number, message: string): TextProblem => ({
  line,
  column,
  message,
  severity: 'error',
})
export const warningAt = (line: number, column: number, message: string): TextProblem => ({
  line,
  column,
  message,
  severity: 'warning',
})

export type Decoded = { readonly text: string; readonly hasMark: boolean } | { readonly problem: TextProblem }

const MARK = '\uFEFF'

/** Bytes as text without its byte order mark. Whatever no shell, no database and no JSON would take whole is refused here. */
export function decodeText(bytes: Uint8Array): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = buffer.subarray(0, 2).toString('latin1')
  if (wide === '\xFF\xFE' || wide === '\xFE\xFF') return { problem: errorAt(1, 1, 'is UTF-16 text: save it as UTF-8') }
  const text = buffer.toString('utf8')
  const at = text.search(/[\0\uFFFD]/)
  if (at >= 0) {
    // All before it is sound, so it has as many bytes in the file as when it is written again.
    const byte = buffer[Buffer.byteLength(text.slice(0, at))] ?? 0
    const { line, column } = placeOf(text, at)
    return { problem: errorAt(line, column, refusal(text[at] === '\0', byte)) }
  }
  const hasMark = text.startsWith(MARK)
  return { text: hasMark ? text.slice(MARK.length) : text, hasMark }
}

function refusal(isNul: boolean, byte: number): string {
  if (isNul) return 'a NUL byte, which no command and no variable can hold'
  return `the byte 0x${byte.toString(16)} is not part of UTF-8 text: save the file as UTF-8`
}

/** Line and column of an offset, both from 1. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  return placesIn(text)(offset)
}

/** The same for many offsets, each at or after the one before it, in one walk over the text. */
export function placesIn(text: string): (offset: number) => { line: number; column: number } {
  let line = 1
  let lineStart = 0
  let lineEnd = text.indexOf('\n')
  return offset => {
    while (lineEnd >= 0 && lineEnd < offset) {
      line++
      lineStart = lineEnd + 1
      lineEnd = text.indexOf('\n', lineStart)
    }
    return { line, column: offset - lineStart + 1 }
  }
}

/** Text of a file within a message: short, on one line, and no terminal takes it for an order. */
export function shown(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
  return JSON.stringify(plain.length > 40 ? `${plain.slice(0, 40)}…` : plain)
}
