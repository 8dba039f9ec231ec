/**
 * What a placement was made from as text, small enough to be kept with each job: of a thousand hosts some 50 kB. Column by column, and a
 * column in which all are the same as that one value. Read back strictly, for another Drover may have written it.
 */
import { z } from 'zod'
import type { HostInput, PlacementInputs } from '../../shared/placement.ts'
import { parseInputs } from './inputs-schema.ts'

/** Of a format that is read by nobody but this file. */
const VERSION = 1
/** Groups that a host may lack. Their fields stand as columns of their own, named with a dot. */
const GROUPS = ['sample', 'history'] as const

type Columns = Record<string, readonly unknown[] | { same: unknown }>

const Kept = z.strictObject({
  version: z.literal(VERSION),
  count: z.int().min(0).max(100_000),
  columns: z.record(z.string(), z.union([z.array(z.unknown()), z.strictObject({ same: z.unknown() })])),
  need: z.unknown(),
})

export function encodeInputs({ hosts, need }: PlacementInputs): string {
  const columns: Columns = {}
  for (const [name, values] of columnsOf(hosts)) {
    const [first] = values
    columns[name] = values.length > 1 && values.every(value => isSame(value, first)) ? { same: first } : values
  }
  return JSON.stringify({ version: VERSION, count: hosts.length, columns, need })
}

/** Null for what was written by a Drover that weighed hosts in another way: it cannot be replayed here. */
export function decodeInputs(text: string): PlacementInputs | null {
  const kept = Kept.safeParse(parsed(text))
  if (!kept.success) return null
  const { count, columns, need } = kept.data
  const hosts = Array.from({ length: count }, (_, index) => hostAt(columns, index))
  return parseInputs({ hosts, need })
}

function columnsOf(hosts: readonly HostInput[]): Map<string, unknown[]> {
  const columns = new Map<string, unknown[]>()
  const [first] = hosts
  if (first === undefined) return columns
  for (const key of Object.keys(first) as (keyof HostInput)[]) {
    const group = GROUPS.find(name => name === key)
    if (group === undefined) {
      columns.set(
        key,
        hosts.map(host => host[key]),
      )
      continue
    }
    columns.set(
      group,
      hosts.map(host => host[group] !== null),
    )
    const fields = Object.keys(hosts.find(host => host[group] !== null)?.[group] ?? {})
    for (const field of fields)
      columns.set(
        `${group}.${field}`,
        hosts.map(host => fieldOf(host[group], field)),
      )
  }
  return columns
}

function hostAt(columns: Columns, index: number): Record<string, unknown> {
  const host: Record<string, unknown> = {}
  for (const [name, column] of Object.entries(columns)) {
    const value = Array.isArray(column) ? column[index] : fieldOf(column, 'same')
    const [group = name, field] = name.split('.')
    if (field !== undefined) {
      const inner = host[group]
      if (typeof inner === 'object' && inner !== null) Object.assign(inner, { [field]: value })
    } else host[name] = GROUPS.some(one => one === name) ? (value === true ? {} : null) : value
  }
  return host
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? ((value as Record<string, unknown>)[field] ?? null) : null
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (Array.isArray(one) && Array.isArray(other) && one.length === 0 && other.length === 0)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // The same as any other text that is none of ours.
  }
}
