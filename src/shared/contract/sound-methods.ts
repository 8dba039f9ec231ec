/** Which hosts may be heard here. */
import { z } from 'zod'
import { HostName, output, owner } from './fields.ts'

export const soundMethods = {
  /** Apps of the host that are begun from now on play on this computer. Off: also those that run are heard no more. */
  'host.sound': { allow: owner, input: z.strictObject({ name: HostName, playsSound: z.boolean() }), output: output<null>() },
} as const
