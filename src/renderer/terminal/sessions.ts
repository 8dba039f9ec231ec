/** The terminals of the jobs looked at last: going back to one shows its screen at once, as it was. */
import { TerminalSession } from './terminal-session.ts'

/** Each may hold some megabytes, and a WebGL context, of which a browser has about sixteen. */
const MOST_KEPT = 4

/** The one used last stands at the end. */
const sessions = new Map<string, TerminalSession>()

export function sessionOf(jobId: string): TerminalSession {
  const session = sessions.get(jobId) ?? new TerminalSession(jobId)
  sessions.delete(jobId)
  sessions.set(jobId, session)
  for (const [id, old] of sessions) {
    if (sessions.size <= MOST_KEPT) break
    old.dispose()
    sessions.delete(id)
  }
  return session
}
