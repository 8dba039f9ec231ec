/** Hosts: known, added, trusted, tested, taken over from other tools. */
import { z } from 'zod'
import type { HostView, SampleSeries } from '../domain.ts'
import { AbsolutePath, Connection, HostName, nothing, output, owner, Short, viewer } from './fields.ts'

export type Importable = {
  source: 'ssh-config' | 'beowulf' | 'p'
  path: string
  hosts: { name: string; connection: string; isKnown: boolean }[]
  /** Apps that are always to be on one host, one of ours or of `hosts`, by the name it has or will have here. */
  pins: { app: string; host: string; isKnown: boolean }[]
  /** Of the file's hosts and settings, those that cannot be ours. */
  skipped: { name: string; why: string }[]
  /** What is wrong with the file, with its place; it then offers nothing. */
  error: string | null
  importedAt: number | null
}
export type TrustOffer = {
  host: string
  address: string
  keys: { type: string; fingerprint: string }[]
  isTrusted: boolean
  changedFrom: string[]
}

export const hostMethods = {
  'host.list': {
    allow: viewer,
    input: z.strictObject({ check: z.boolean().default(false) }),
    output: output<{ hosts: HostView[] }>(),
  },
  /** What the lines of the last ten minutes are drawn from, of all hosts. */
  'host.samples': { allow: viewer, input: nothing, output: output<{ hosts: SampleSeries[] }>() },
  /** Where a job that says nothing of itself would be placed now; null: no host would take it. */
  'host.next': { allow: viewer, input: nothing, output: output<{ host: string | null }>() },
  'host.add': {
    allow: owner,
    input: z.strictObject({ connection: Connection, name: HostName.optional() }),
    output: output<{ host: HostView }>(),
  },
  'host.remove': { allow: owner, input: z.strictObject({ name: HostName }), output: output<null>() },
  /** `auto` is the allocator. */
  'host.default': { allow: owner, input: z.strictObject({ name: HostName }), output: output<null>() },
  /** Without a fingerprint it only says what the host offers; with one it accepts exactly that key. */
  'host.trust': {
    allow: owner,
    input: z.strictObject({ name: HostName, fingerprint: Short(200).optional() }),
    output: output<TrustOffer>(),
  },
  'host.test': {
    allow: owner,
    input: z.strictObject({ name: HostName }),
    output: output<{ host: HostView; steps: { name: string; ok: boolean; detail: string; tookMs: number }[] }>(),
  },
  /** Gives the passphrase of a private key; the opened key is kept in memory only. */
  'host.unlock': {
    allow: owner,
    input: z.strictObject({ keyPath: AbsolutePath, passphrase: z.string().max(10_000) }),
    output: output<null>(),
  },
  'host.importable': { allow: owner, input: nothing, output: output<{ sources: Importable[] }>() },
  'host.import': {
    allow: owner,
    /** `names`: of the hosts, these alone. `pins`: those of these apps alone; without it those to the hosts that are taken. */
    input: z.strictObject({
      source: z.enum(['ssh-config', 'beowulf', 'p']),
      names: z.array(HostName).optional(),
      pins: z.array(Short(200)).max(1_000).optional(),
    }),
    output: output<{ added: string[]; pinned: { app: string; host: string }[]; skipped: { name: string; why: string }[] }>(),
  },
} as const
