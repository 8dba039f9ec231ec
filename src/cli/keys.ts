/** Private keys that need a passphrase: asked for here, by the one who needs the key, and handed to the core. */
import { AppError } from '../shared/errors.ts'
import { visible } from '../shared/visible.ts'
import { askSecret, canAsk } from './ask.ts'
import type { Cli } from './cli.ts'

const TRIES = 3

/** Does `work`; when it needs a locked key and somebody can be asked, asks for the passphrase and does it again. */
export async function unlocking<T>(cli: Cli, work: () => Promise<T>): Promise<T> {
  const opened = new Set<string>()
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const keyPath = lockedKey(error)
      if (keyPath === undefined || opened.has(keyPath) || !canAsk(cli)) throw error
      await unlockKey(cli, keyPath)
      opened.add(keyPath)
    }
  }
}

/** Asks up to three times, as ssh does. @throws {AppError} what the core says of the last try. */
export async function unlockKey(cli: Cli, keyPath: string): Promise<void> {
  for (let left = TRIES; ; left--) {
    const passphrase = await askSecret(cli, `Passphrase of ${visible(keyPath)}: `)
    try {
      await cli.call('host.unlock', { keyPath, passphrase })
      return
    } catch (error) {
      const isWrong = error instanceof AppError && error.code === 'AUTH_FAILED'
      if (!isWrong || left <= 1) throw error
      cli.out.note('That is not its passphrase.')
    }
  }
}

function lockedKey(error: unknown): string | undefined {
  if (!(error instanceof AppError) || error.code !== 'KEY_LOCKED') return undefined
  const { keyPath } = error.details
  return typeof keyPath === 'string' ? keyPath : undefined
}
