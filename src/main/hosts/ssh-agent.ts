/** Asks the person's ssh-agent what keys it holds, and to sign with one. Only the two questions of the protocol that logging in takes. */
import { connect } from 'node:net'
import { keyType } from './host-key.ts'
import { field, uint32, WireMessages, WireReader } from './ssh-wire.ts'

export type AgentKey = { blob: Buffer; type: string; comment: string }

/** Kinds of its messages. */
export const AGENT = { failure: 5, listRequest: 11, list: 12, signRequest: 13, signature: 14 } as const
const RSA_FLAGS: Record<string, number> = { sha256: 2, sha512: 4 }
const LIST_TIMEOUT_MS = 5_000
/** The agent may ask its owner first, or wait for a touch. */
const SIGN_TIMEOUT_MS = 60_000

export async function listAgentKeys(socketPath: string): Promise<AgentKey[]> {
  const answer = new WireReader(await ask(socketPath, Buffer.from([AGENT.listRequest]), LIST_TIMEOUT_MS))
  if (answer.byte() !== AGENT.list) throw new Error('the ssh-agent does not list its keys')
  return Array.from({ length: Math.min(answer.uint32(), 1000) }, () => {
    const blob = answer.string()
    return { blob, type: keyType(blob), comment: answer.string().toString('utf8') }
  })
}

/** Gives the signature's bytes, without the algorithm's name before them. */
export async function signWithAgent(
  socketPath: string,
  key: { blob: Buffer; hash: string | undefined },
  data: Buffer,
): Promise<Buffer> {
  const flags = uint32(keyType(key.blob) === 'ssh-rsa' ? (RSA_FLAGS[key.hash ?? ''] ?? 0) : 0)
  const request = Buffer.concat([Buffer.from([AGENT.signRequest]), field(key.blob), field(data), flags])
  const answer = new WireReader(await passSignRequest(socketPath, request))
  if (answer.byte() !== AGENT.signature) throw new Error('the ssh-agent refused to sign')
  const signature = new WireReader(answer.string())
  signature.string() // The algorithm, which is the one asked for.
  return signature.string()
}

/** Gives its answer as it is. */
export function passSignRequest(socketPath: string, request: Buffer): Promise<Buffer> {
  return ask(socketPath, request, SIGN_TIMEOUT_MS)
}

/** One question on a connection of its own, so that a slow signature holds up nobody. */
function ask(socketPath: string, request: Buffer, timeoutMs: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const socket = connect(socketPath)
  const messages = new WireMessages()
  const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs)
  socket.on('data', (chunk: Buffer) => {
    try {
      const [answer] = messages.take(chunk)
      if (answer === undefined) return
      resolve(answer)
      socket.destroy()
    } catch (error) {
      socket.destroy(error as RangeError)
    }
  })
  socket.on('error', cause => reject(new Error(`the ssh-agent at ${socketPath}: ${cause.message}`, { cause })))
  socket.on('close', () => {
    clearTimeout(timer)
    reject(new Error(`the ssh-agent at ${socketPath} hung up`)) // Nothing happens if it has answered.
  })
  socket.write(field(request))
  return promise
}
