/**
 * Lends the keys that were unlocked here to one run of the system's ssh, which cannot ask for passphrases: an ssh-agent of our own, whose
 * socket is there, for this user alone, as long as that ssh logs in. The keys do not leave our memory. For any other key it asks the
 * person's own agent, and it does nothing but list and sign.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { KeyVault } from './key-vault.ts'
import { sshSignature } from './private-key.ts'
import { AGENT, listAgentKeys, passSignRequest } from './ssh-agent.ts'
import type { SshSettings } from './ssh-tools.ts'
import { field, uint32, WireMessages, WireReader } from './ssh-wire.ts'

/** What the ssh is to be run with. */
export type Lent = { args: string[]; env: NodeJS.ProcessEnv }
type Keys = Awaited<ReturnType<KeyVault['all']>>

const MAX_CONNECTIONS = 16
const HASHES: Readonly<Record<number, string>> = { 2: 'sha256', 4: 'sha512' }
const FAILURE = Buffer.from([AGENT.failure])

/** @param agentSocket the person's own, or null. Without an open key all is left as it is. */
export async function lendingKeys<T>(
  { vault, settings, agentSocket }: { vault: KeyVault; settings: SshSettings; agentSocket: string | null },
  work: (lent: Lent) => Promise<T>,
): Promise<T> {
  const keys = await vault.all()
  if (keys.length === 0) return work({ args: [], env: settings.env })
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket.on('close', () => sockets.delete(socket)))
    serve(socket, request => answer(request, { keys, agentSocket }))
  })
  server.maxConnections = MAX_CONNECTIONS
  // In a folder that is closed to others, so nobody comes before it is closed itself.
  const path = join(settings.runtimeDir, `a${randomBytes(4).toString('hex')}`)
  await once(server.listen(path), 'listening')
  try {
    chmodSync(path, 0o600)
    // By its variable, since a path might hold what ssh expands.
    return await work({ args: ['-o', 'IdentityAgent=SSH_AUTH_SOCK'], env: { ...settings.env, SSH_AUTH_SOCK: path } })
  } finally {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
}

/** One answer after the other, in the order of what was asked. */
function serve(socket: Socket, answerTo: (request: Buffer) => Promise<Buffer>): void {
  const messages = new WireMessages()
  let answered = Promise.resolve()
  socket.on('error', () => undefined) // It went away: there is nobody to tell.
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const request of messages.take(chunk)) {
        answered = answered
          .then(() => answerTo(request))
          .catch(() => FAILURE)
          .then(reply => void socket.write(field(reply)))
      }
    } catch {
      socket.destroy() // What it says is no message of an agent's.
    }
  })
}

async function answer(request: Buffer, { keys, agentSocket }: { keys: Keys; agentSocket: string | null }): Promise<Buffer> {
  const asked = new WireReader(request)
  switch (asked.byte()) {
    case AGENT.listRequest: {
      const others = agentSocket === null ? [] : await listAgentKeys(agentSocket).catch(() => []) // It is gone; ours are not.
      const all = [...keys, ...others.filter(({ blob }) => !keys.some(key => key.blob.equals(blob)))]
      return Buffer.concat([
        Buffer.from([AGENT.list]),
        uint32(all.length),
        ...all.flatMap(({ blob }) => [field(blob), field('')]),
      ])
    }
    case AGENT.signRequest: {
      const [blob, data, flags] = [asked.string(), asked.string(), asked.uint32()]
      const own = keys.find(key => key.blob.equals(blob))
      if (own) return Buffer.concat([Buffer.from([AGENT.signature]), field(sshSignature(own.key, HASHES[flags], data))])
      return agentSocket === null ? FAILURE : await passSignRequest(agentSocket, request)
    }
    default:
      return FAILURE
  }
}
