/** What people write for a length of time, a size, and text to search for; as schemas, whose messages say what is right by an example. */
import { z } from 'zod'
import { Text } from '../../../shared/contract/fields.ts'
import type { OutputPattern } from '../../../shared/project.ts'
import { compile } from '../patterns/program.ts'

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }
const UNITS_BYTES: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }
const MAX_PATTERN = 1000

/** `500ms`, `10s`, `2m` or `1h`, as milliseconds. */
export function Duration(leastMs: number, mostMs: number) {
  return z.string('must be a length of time with its unit, as 10s').transform((text, context) => {
    const [, count, unit = ''] = /^(\d{1,9}(?:\.\d+)?) ?(ms|s|m|min|h)$/.exec(text) ?? []
    const ms = Math.round(Number(count) * (UNITS_MS[unit] ?? 0))
    if (count === undefined) return refuse(context, 'must be a length of time with its unit, as 500ms, 10s, 2m or 1h')
    if (ms < leastMs || ms > mostMs) return refuse(context, `must be from ${leastMs} ms to ${mostMs / 1000} s`)
    return ms
  })
}

/** `500kB`, `100MB` or `2GiB`, as bytes. */
export function Size(least: number, most: number) {
  return z.string('must be a size with its unit, as 100MB').transform((text, context) => {
    const [, count, unit = ''] = /^(\d{1,9}(?:\.\d+)?) ?(kB|MB|GB|KiB|MiB|GiB)$/.exec(text) ?? []
    const bytes = Math.round(Number(count) * (UNITS_BYTES[unit] ?? 0))
    if (count === undefined) return refuse(context, 'must be a size with its unit, as 500kB, 100MB or 2GB')
    if (bytes < least || bytes > most) return refuse(context, `must be from ${least / 1e3} kB to ${most / 1e9} GB`)
    return bytes
  })
}

/** Where nothing but text is meant. */
export const PlainText = Text.min(1, 'must not be empty').max(MAX_PATTERN, `is longer than ${MAX_PATTERN} characters`)

/** Text, or between slashes a regular expression. */
export const Pattern = PlainText.transform((text, context): OutputPattern => {
  const [, source] = /^\/(.+)\/i?$/s.exec(text) ?? []
  if (source === undefined) return { kind: 'text', source: text }
  try {
    compile([{ pattern: source, isRegex: true }])
    return { kind: 'regex', source }
  } catch (error) {
    return refuse(context, (error as Error).message)
  }
})

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}
