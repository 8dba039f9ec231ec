/** `drover pin COMMAND HOST [--until TIME] [--fallback HOST]`. */
import { parseUntil, untilText } from '../../shared/until.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { ruleSubject } from '../rule-subject.ts'
import { parseDurationMs } from '../values.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const subject = ruleSubject(args)
  const host = args.required('HOST')
  const fallback = args.value('fallback') ?? 'none'
  const until = endOf(args.value('until'), cli.now())
  await cli.call('rule.pin', { ...subject, host, fallback, until })
  const words = [`${visible(subject.pattern)} runs always on ${visible(host)}`]
  if (until !== null) words.push(`until ${untilText(until)}`)
  const otherwise = fallback === 'auto' ? 'on the best other host' : `on ${visible(fallback)}`
  if (fallback !== 'none') words.push(`or ${otherwise} when that cannot take it`)
  if (cli.out.isJson) cli.out.json({ ...subject, host, fallback, until })
  else cli.out.line(words.join(', '))
  return 0
}

/** Epoch milliseconds; what has passed already would be a pin that never held. */
function endOf(text: string | undefined, now: number): number | null {
  if (text === undefined) return null
  const isDate = /^\d{4}-/.test(text)
  const at = isDate ? parseUntil(text) : now + parseDurationMs(text, '--until')
  if (at === null) throw new UsageError(`--until: "${text}" is no day`, 'For example: 2h, 2030-12-31 or 2030-12-31T18:00')
  if (at <= now) throw new UsageError(`--until: ${text} has passed`)
  return at
}
