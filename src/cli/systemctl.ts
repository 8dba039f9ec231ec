/** What systemd's manager of this user is told and asked, by `systemctl --user`. */
import { execFile } from 'node:child_process'
import { AppError } from '../shared/errors.ts'
import { visible } from '../shared/visible.ts'
import { UNIT_NAME } from './systemd-unit.ts'

/** `isThere`: the program is. `stderr` is null when it went well. */
type Answer = { isThere: boolean; stdout: string; stderr: string | null }

/** Starting waits for the program, and stopping for what is under way. */
const TIMEOUT_MS = 60_000

/** Whether a manager runs that can be asked from here. */
export async function hasManager(env: NodeJS.ProcessEnv): Promise<boolean> {
  const { isThere, stderr } = await askSystemctl(env, 'show', '-p', 'Version')
  return isThere && stderr === null
}

export async function systemctl(env: NodeJS.ProcessEnv, ...words: string[]): Promise<void> {
  const { stderr } = await askSystemctl(env, ...words)
  if (stderr === null) return
  const look = `systemctl --user status ${UNIT_NAME}`
  throw new AppError('INTERNAL', `systemctl --user ${words.join(' ')} did not work: ${visible(stderr)}. See: ${look}`)
}

/** `stderr` is null when it went well. */
export function askSystemctl(env: NodeJS.ProcessEnv, ...words: string[]): Promise<Answer> {
  return new Promise(resolve => {
    execFile('systemctl', ['--user', ...words], { env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const why = stderr.trim().split('\n', 1)[0]
      resolve({
        isThere: error?.code !== 'ENOENT',
        stdout: stdout.trim(),
        stderr: error === null ? null : why || error.message,
      })
    })
  })
}
