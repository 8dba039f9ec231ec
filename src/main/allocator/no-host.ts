/** Says that a job has nowhere to go: why, host by host, and what would help. For allocate.ts. */
import { AppError } from '../../shared/errors.ts'
import type { HostInput, Need, Pin } from '../../shared/placement.ts'
import { shellQuote } from '../../shared/shell-quote.ts'
import { lackedByAll } from './needs.ts'
import type { Refusal } from './refusal.ts'

type Refused = { readonly host: HostInput; readonly refusal: Refusal | null }

export function noHost(weighed: readonly Refused[], need: Need): AppError {
  const message =
    weighed.length === 0
      ? 'There is no host to choose from. Add one with: drover host add USER@HOST'
      : (lackedByAll(
          weighed.map(({ host }) => host),
          need.needs,
        ) ?? `No host fits. ${reasons(weighed).join('; ')}. Name one with --on HOST, or see: drover host ls -c`)
  return failure(message, weighed)
}

/** A job that is pinned goes nowhere else by itself. */
export function pinnedHostAway(weighed: readonly Refused[], { pattern, host, fallback }: Pin): AppError {
  const pinned = weighed.find(one => one.host.name === host)
  const why = pinned?.refusal?.text ?? 'it is not among the hosts'
  const word = shellQuote(pattern)
  const ways = [
    ...(pinned?.host.isDrained ? [`let it take jobs again with: drover host undrain ${host}`] : []),
    ...(pinned && pinned.host.state !== 'connected' ? [`see what is wrong there with: drover host test ${host}`] : []),
    'run it elsewhere this once with --on HOST',
    ...(fallback === 'none' ? [`write a fallback with: drover pin ${word} ${host} --fallback auto`] : []),
    `end the pin with: drover unpin ${word}`,
  ]
  const others = fallback === 'none' ? '' : ` Its fallback ${fallback} does not fit either.`
  return failure(`${pattern} is pinned to ${host}, but ${why}.${others} You can ${ways.join('; or ')}`, weighed)
}

function reasons(weighed: readonly Refused[]): string[] {
  return weighed.map(({ host, refusal }) => `${host.name}: ${refusal?.text}`)
}

function failure(message: string, weighed: readonly Refused[]): AppError {
  const hosts = Object.fromEntries(weighed.map(({ host, refusal }) => [host.name, refusal?.text ?? null]))
  return new AppError('NO_HOST', message, { details: { hosts } })
}
