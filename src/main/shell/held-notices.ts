/** Notices that wait for the end of quiet hours, or for a desktop to be shown on, as they are kept beyond the core that heard of them. */
import { z } from 'zod'
import type { Notice } from './notice.ts'

const Count = z.int().min(0)
const HeldNotices = z.array(
  z.strictObject({
    title: z.string(),
    body: z.string(),
    isUrgent: z.boolean(),
    jobId: z.string().nullable(),
    route: z.string(),
    counts: z.strictObject({ failed: Count, done: Count, away: Count, back: Count, files: Count }),
  }),
)

export function heldText(notices: readonly Notice[]): string {
  return JSON.stringify(notices)
}

/** None where it was written by another version: what is old news is not worth a start that fails. */
export function heldOf(text: string | null): Notice[] {
  try {
    return text === null ? [] : HeldNotices.parse(JSON.parse(text))
  } catch {
    return []
  }
}
