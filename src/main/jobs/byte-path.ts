/**
 * File names are bytes on Unix, often but not always UTF-8. Inside the sync and pull rooms a path is a *byte path*: a string that
 * holds one byte in each character ('latin1' to Node), so that any name can be carried, compared and sorted. It has no leading `/`
 * when it is relative, and is turned into text for people only at the border.
 */
import { isUtf8 } from 'node:buffer'

const SHOWN_CHARACTERS = 100

export function toBytePath(text: string): string {
  return byteText(Buffer.from(text, 'utf8'))
}

/** Bytes as a byte string. */
export function byteText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** In memory of their own, not from Node's shared pool, so that they can be handed over to another thread. */
export function ownBytes(byteString: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteString.length)
  Buffer.from(bytes.buffer).write(byteString, 'latin1')
  return bytes
}

/** For Node's file calls, which take bytes as a Buffer. */
export function bytesOf(bytePath: string): Buffer {
  return Buffer.from(bytePath, 'latin1')
}

/** What a person is shown: control characters and bytes that are not UTF-8 as `\x1b`, so that no name can steer a terminal. */
export function displayPath(bytePath: string): string {
  const bytes = bytesOf(bytePath)
  const text = isUtf8(bytes) ? bytes.toString('utf8') : bytePath.replace(/[\x80-\xff]/g, escapeCharacter)
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, escapeCharacter)
}

/** The same of a path of thousands of bytes: where it begins and where it ends. */
export function displayLongPath(bytePath: string): string {
  const text = displayPath(bytePath)
  return text.length > 2 * SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…${text.slice(-SHOWN_CHARACTERS)}` : text
}

function escapeCharacter(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
