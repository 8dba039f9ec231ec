/** What happened at one moment, as marks on a chart: those that would lie upon each other become one group. Pure. */
import { type Span, xOf } from './span.ts'

/** In the order of what matters: a group looks like the gravest of its flags. */
export const FLAG_KINDS = ['failure', 'spike', 'end', 'start'] as const
export type FlagKind = (typeof FLAG_KINDS)[number]
export type Flag = { readonly id: string; readonly at: number; readonly kind: FlagKind }
export type FlagGroup<T extends Flag> = { readonly x: number; readonly kind: FlagKind; readonly flags: readonly T[] }

/** As wide as a mark. */
const APART = 12
/** The number beside the mark of a group. */
const NUMBER_WIDTH = 12
/** How near a pointer must be. */
const NEAR = 8

export function groupFlags<T extends Flag>(flags: readonly T[], span: Span, width: number): FlagGroup<T>[] {
  const groups: { x: number; flags: T[] }[] = []
  const inSpan = flags.filter(({ at }) => at >= span.from && at <= span.to).toSorted((a, b) => a.at - b.at)
  for (const flag of inSpan) {
    const x = xOf(flag.at, span, width)
    const last = groups.at(-1)
    if (last && x - last.x < APART + (last.flags.length > 1 ? NUMBER_WIDTH : 0)) last.flags.push(flag)
    else groups.push({ x, flags: [flag] })
  }
  return groups.map(({ x, flags }) => ({ x, flags, kind: gravest(flags) }))
}

export function groupNear<T extends Flag>(groups: readonly FlagGroup<T>[], x: number, near = NEAR): FlagGroup<T> | null {
  const best = groups.reduce<FlagGroup<T> | null>(
    (found, group) => (found === null || Math.abs(group.x - x) < Math.abs(found.x - x) ? group : found),
    null,
  )
  return best !== null && Math.abs(best.x - x) <= near ? best : null
}

function gravest(flags: readonly Flag[]): FlagKind {
  return FLAG_KINDS.find(kind => flags.some(flag => flag.kind === kind)) ?? 'start'
}
