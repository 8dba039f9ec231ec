/** A thread for one passphrase: opens a locked private key and gives it back as PEM, in memory only. See key-vault.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { openKey } from './private-key.ts'

export type UnlockRequest = { text: string; passphrase: string }
export type UnlockAnswer = { pem: string } | { error: string }

const { text, passphrase } = workerData as UnlockRequest
let answer: UnlockAnswer
try {
  answer = { pem: (await openKey(text, passphrase)).key.export({ type: 'pkcs8', format: 'pem' }).toString() }
} catch (error) {
  answer = { error: error instanceof Error ? error.message : String(error) }
}
parentPort?.postMessage(answer)
