/** Asks the person's ssh-agent what keys it holds, and to sign with one. Only the two questions of the protocol that logging in takes. */
import { connect } from 'node:net'
import { keyType } from './host-key.ts'

export type AgentKey = { blob: Buffer; type: string; comment: string }

const REQUEST_IDENTITIES = 11
const IDENTITIES_ANSWER = 12
const SIGN_REQUEST = 13
const SIGN_RESPONSE = 14
const RSA_FLAGS: Record<string, number> = { sha256: 2, sha512: 4 }
const LIST_TIMEOUT_MS = 5_000
/** The agent may ask its owner first, or wait for a touch. */
const SIGN_TIMEOUT_MS = 60_000
const MAX_ANSWER_BYTES = 256 * 1024

export async function listAgentKeys(socketPath: string): Promise<AgentKey[]> {
  const answer = new Reader(await ask(socketPath, Buffer.from([REQUEST_IDENTITIES]), LIST_TIMEOUT_MS))
  if (answer.byte() !== IDENTITIES_ANSWER) throw new Error('the ssh-agent does not list its keys')
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
  const flags = Buffer.alloc(4)
  flags.writeUInt32BE(keyType(key.blob) === 'ssh-rsa' ? (RSA_FLAGS[key.hash ?? ''] ?? 0) : 0)
  const request = Buffer.concat([Buffer.from([SIGN_REQUEST]), field(key.blob), field(data), flags])
  const answer = new Reader(await ask(socketPath, request, SIGN_TIMEOUT_MS))
  if (answer.byte() !== SIGN_RESPONSE) throw new Error('the ssh-agent refused to sign')
  const signature = new Reader(answer.string())
  signature.string() // The algorithm, which is the one asked for.
  return signature.string()
}

/** One question on a connection of its own, so that a slow signature holds up nobody. */
function ask(socketPath: string, request: Buffer, timeoutMs: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const socket = connect(socketPath)
  let received = Buffer.alloc(0)
  const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs)
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    if (received.length < 4) return
    const length = received.readUInt32BE(0)
    if (length > MAX_ANSWER_BYTES) socket.destroy(new Error('its answer is too long'))
    else if (received.length >= 4 + length) {
      resolve(received.subarray(4, 4 + length))
      socket.destroy()
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

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** @throws {RangeError} past the end. */
class Reader {
  readonly #bytes: Buffer
  #at = 0
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  byte(): number {
    return this.#bytes.readUInt8(this.#at++)
  }
  uint32(): number {
    this.#at += 4
    return this.#bytes.readUInt32BE(this.#at - 4)
  }
  string(): Buffer {
    const length = this.uint32()
    if (this.#at + length > this.#bytes.length) throw new RangeError('The ssh-agent sent half an answer')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
