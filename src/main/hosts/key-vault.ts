/**
 * Private keys that were unlocked by their passphrase. Kept in memory until the core ends; neither they nor passphrases are ever written or logged.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../shared/errors.ts'
import { workerUrl } from '../resources.ts'
import { isLockedKey, publicBlobOf } from './private-key.ts'
import { readKeyText } from './read-key.ts'
import { isMissing } from './ssh-tools.ts'
import type { UnlockAnswer, UnlockRequest } from './unlock-key.worker.ts'

export class KeyVault {
  /** With the text it was opened from: a file that was replaced since is locked again. */
  readonly #opened = new Map<string, { text: string; key: KeyObject }>()

  /**
   * Opens the key at `path` for all dials to come.
   *
   * @throws {AppError} `NOT_FOUND`, `BAD_CONFIG` for what is no private key, `AUTH_FAILED` for a wrong passphrase.
   */
  async unlock(path: string, passphrase: string): Promise<void> {
    const text = await readKey(path)
    if (!isLocked(path, text)) return
    const answer = await openInWorker({ text, passphrase })
    if ('error' in answer) throw refusal(path, answer.error)
    this.#opened.set(path, { text, key: createPrivateKey(answer.pem) })
  }

  /** All that are open, each with its public half. */
  async all(): Promise<{ blob: Buffer; key: KeyObject }[]> {
    const keys = await Promise.all([...this.#opened.keys()].map(path => this.get(path).catch(() => null))) // Its file is gone.
    return keys.flatMap(key => {
      const blob = key && publicBlobOf(key)
      return blob ? [{ blob, key }] : []
    })
  }

  async get(path: string): Promise<KeyObject | null> {
    const opened = this.#opened.get(path)
    if (opened === undefined) return null
    if (opened.text === (await readKey(path))) return opened.key
    this.#opened.delete(path)
    return null
  }
}

async function readKey(path: string): Promise<string> {
  try {
    return await readKeyText(path)
  } catch (cause) {
    if (isMissing(cause)) throw new AppError('NOT_FOUND', `There is no private key at ${path}`, { cause })
    throw new AppError('BAD_CONFIG', `Cannot read the private key ${path}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}

function isLocked(path: string, text: string): boolean {
  if (!text.includes('PRIVATE KEY-----')) throw new AppError('BAD_CONFIG', `${path} is no private key`)
  try {
    return isLockedKey(text)
  } catch (cause) {
    throw new AppError('BAD_CONFIG', `${path}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function openInWorker(request: UnlockRequest): Promise<UnlockAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<UnlockAnswer>()
  const worker = new Worker(workerUrl('hosts/unlock-key'), { workerData: request })
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error('The thread that unlocks keys ended without an answer')))
  return promise
}

/** The three formats each have their own words for a wrong passphrase. */
function refusal(path: string, message: string): AppError {
  if (/bad passphrase|integrity|bad decrypt|bad_decrypt|wrong final block|malformed|decrypt|interrupted/i.test(message)) {
    return new AppError('AUTH_FAILED', `That is not the passphrase of ${path}`, { details: { keyPath: path } })
  }
  return new AppError('BAD_CONFIG', `Cannot open the private key ${path}: ${message}`)
}
