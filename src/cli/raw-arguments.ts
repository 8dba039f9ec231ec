/** What was really typed, before Node made text of it. */
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'

/** Whether the bytes of our command line are UTF-8. Where there is no /proc it cannot be told, and the answer is yes. */
export function isUtf8CommandLine(): boolean {
  try {
    return isUtf8(readFileSync('/proc/self/cmdline'))
  } catch {
    return true
  }
}
