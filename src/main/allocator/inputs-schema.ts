/** The shape of what a placement was made from, strictly. For inputs-codec.ts. */
import { z } from 'zod'
import type { PlacementInputs } from '../../shared/placement.ts'

const Count = z.number().nonnegative()
const Ratio = z.number().min(0).max(1)

const Host = z.strictObject({
  name: z.string(),
  state: z.enum(['connecting', 'connected', 'offline', 'refused']),
  isDrained: z.boolean(),
  sample: z
    .strictObject({
      ageMs: Count,
      isSilent: z.boolean(),
      cpuRatio: Ratio,
      ioWaitRatio: Ratio,
      memoryTotalBytes: Count,
      memoryAvailableBytes: Count,
      ioPressureRatio: Ratio.nullable(),
      memoryPressureRatio: Ratio.nullable(),
    })
    .nullable(),
  cpus: Count.nullable(),
  arch: z.string().nullable(),
  hasGpu: z.boolean().nullable(),
  runningJobs: Count,
  reservations: z.array(z.strictObject({ ageMs: Count, memoryBytes: Count.nullable() })),
  linkBytesPerSecond: Count.nullable(),
  bytesToSend: Count,
  history: z.strictObject({ peakMemoryBytes: Count.nullable(), notFoundAgoMs: z.number().nullable() }).nullable(),
  tags: z.array(z.string()),
})

const Inputs: z.ZodType<PlacementInputs> = z.strictObject({
  hosts: z.array(Host),
  need: z.strictObject({
    memoryBytes: Count.nullable(),
    durationMs: Count.nullable(),
    needs: z.array(z.string()),
    pin: z.strictObject({ pattern: z.string(), host: z.string(), fallback: z.string() }).nullable(),
    affinity: z.string().nullable(),
    lastHost: z.string().nullable(),
    notes: z.array(z.string()),
  }),
})

/** Null for anything else. */
export function parseInputs(kept: unknown): PlacementInputs | null {
  const parsed = Inputs.safeParse(kept)
  return parsed.success ? parsed.data : null
}
