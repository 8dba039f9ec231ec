/** Reads words that stand for something: counts, lengths of time, variables. What is not right is a usage error with an example. */
import { UsageError } from './errors.ts'

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10s`, `2min`, `1h30m`, `250ms`; a bare number is seconds. */
export function parseDurationMs(text: string, flag: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|min|[smhd])/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new UsageError(`${flag}: "${text}" is no length of time`, 'For example: 10s, 2min, 1h30m, 7d')
  }
  return Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS_MS[unit ?? ''] ?? 0), 0))
}

/** Longer values are lists of colours and functions of shells. */
const MOST_VALUE = 32_768

export function parseCount(text: string, flag: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${flag} needs a whole number, not "${text}"`)
  return Number(text)
}

/** `K=V`, or `K` for what it is here. */
export function parseEnv(words: readonly string[], here: NodeJS.ProcessEnv): Record<string, string> {
  const env: Record<string, string> = {}
  for (const word of words) {
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name === '__proto__') {
      throw new UsageError(`--env: "${name}" is no name of a variable`, 'For example: --env LEVEL=3')
    }
    const value = equals < 0 ? here[name] : word.slice(equals + 1)
    if (value === undefined) throw new UsageError(`--env: ${name} is not set here`, `Give its value: --env ${name}=VALUE`)
    env[name] = value
  }
  return env
}

/** What files of a project may look up: all but what no text of theirs could hold. */
export function hereOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const isUsable = (name: string, value: string | undefined) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) &&
    name !== '__proto__' &&
    value !== undefined &&
    value.length <= MOST_VALUE &&
    !value.includes('\uFFFD')
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => isUsable(name, value))) as Record<string, string>
}
