/** Where jobs go: rules for apps and commands, and which hosts take new ones. */
import { z } from 'zod'
import { HostName, nothing, output, owner, Short, viewer } from './fields.ts'

/** Marks by which hosts can be told apart. */
export const Tag = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a tag is letters, digits, dots, dashes or underscores')
/** What a job may ask of its host. */
export const Needs = z
  .array(
    z.string().regex(/^(?:arch:)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a need is gpu, arch:NAME (as arch:arm64) or a tag of hosts'),
  )
  .max(20, 'are more than 20 needs')
/** The name of an app or a command, with `*` and `?`. */
export const Pattern = Short(200)
  .min(1, 'is empty')
  .regex(/^[^\p{Cc}\uFFFD]+$/u, 'must be text on one line')
  .regex(/[^\s*?]/, 'would fit everything')

/** A rule with its comments. */
export const MOST_WRITTEN = 20_000
/** Epoch milliseconds that a date can have. */
const Until = z.int().min(0).max(8.64e15)

export type RuleView = {
  kind: 'app' | 'command'
  pattern: string
  pin: { host: string; fallback: string; until: number | null; isExpired: boolean } | null
  affinity: string | null
  needs: readonly string[]
}

const Subject = { pattern: Pattern, kind: z.enum(['app', 'command']).default('command') }

/** A rule as it is to be: all of it. */
const RuleInput = z.strictObject({
  kind: z.enum(['app', 'command']),
  pattern: Pattern,
  pin: z
    .strictObject({
      host: HostName,
      fallback: HostName.default('none'),
      until: Until.nullable().default(null),
    })
    .nullable(),
  affinity: HostName.nullable(),
  needs: Needs,
})
/** A rule by its place in `rule.list`, and for what it was there: the file may have been changed meanwhile. */
const RuleRef = {
  at: z.int().min(0).max(10_000),
  was: z.strictObject({ kind: RuleInput.shape.kind, pattern: z.string().max(200) }),
}

export const placementMethods = {
  'rule.list': { allow: viewer, input: nothing, output: output<{ rules: RuleView[] }>() },
  /** Always this host, in place of an earlier pin of the same name. `fallback`: a host, `auto` or `none`. */
  'rule.pin': {
    allow: owner,
    input: z.strictObject({
      ...Subject,
      host: HostName,
      fallback: HostName.default('none'),
      until: Until.nullable().default(null),
    }),
    output: output<null>(),
  },
  'rule.unpin': { allow: owner, input: z.strictObject(Subject), output: output<null>() },
  /** Null: no affinity any more. */
  'rule.affinity': { allow: owner, input: z.strictObject({ ...Subject, host: HostName.nullable() }), output: output<null>() },
  /**
   * `at`: its place among the others, of which the first that says something decides; null: the last. `written`: the same rule as it stood
   * in the file, with its comments.
   */
  'rule.add': {
    allow: owner,
    input: z.strictObject({
      rule: RuleInput,
      at: RuleRef.at.nullable().default(null),
      written: z.string().max(MOST_WRITTEN).nullable().default(null),
    }),
    output: output<null>(),
  },
  'rule.change': { allow: owner, input: z.strictObject({ ...RuleRef, rule: RuleInput }), output: output<null>() },
  /** Gives it as it was written, to be put back; null where that would not do. */
  'rule.remove': { allow: owner, input: z.strictObject(RuleRef), output: output<{ written: string | null }>() },
  /** A host that is drained gets no new jobs by itself; what runs there goes on. */
  'host.drain': { allow: owner, input: z.strictObject({ name: HostName, isDrained: z.boolean() }), output: output<null>() },
  'host.tag': {
    allow: owner,
    input: z.strictObject({ name: HostName, add: z.array(Tag).max(100), remove: z.array(Tag).max(100) }),
    output: output<{ tags: string[] }>(),
  },
} as const
