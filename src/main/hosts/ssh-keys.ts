/**
 * The keys we may show a host, in ssh's own order: the agent's that the config names, the agent's others, then files. A locked
 * file is shown by its public half, so that its passphrase is asked for only where the host would take it.
 */
import { userInfo } from 'node:os'
import ssh2, { type ParsedKey } from 'ssh2'
import { keyType } from './host-key.ts'
import type { KeyVault } from './key-vault.ts'
import { type KeyFile, publicBlobOf, readKeyFile, signWithKey } from './private-key.ts'
import { type AgentKey, listAgentKeys, signWithAgent } from './ssh-agent.ts'
import type { SshHost } from './ssh-config.ts'

type Signer = { blob: Buffer; sign(data: Buffer, hash: string | undefined): Promise<Buffer> }

export type IdentitiesDeps = { vault: KeyVault; env: NodeJS.ProcessEnv }

const USABLE = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521))$/

/** Finds the keys for a host. Whatever is wrong with one of them is noted, and the others are used. */
export async function findIdentities(host: SshHost, { vault, env }: IdentitiesDeps): Promise<Identities> {
  const problems: string[] = []
  const found = await Promise.all(host.identityFiles.map(path => readKeyFile(path, env)))
  const files = found.filter(file => file !== null)
  problems.push(...files.flatMap(file => file.problem ?? []))
  const agentKeys = await agentKeysOf(host, problems)
  const identities = new Identities(problems)

  const named = agentKeys.filter(key => files.some(file => file.publicBlob?.equals(key.blob)))
  const others = host.isIdentitiesOnly ? [] : agentKeys.filter(key => !named.includes(key))
  for (const key of [...named, ...others]) addAgentKey(identities, host, key)
  for (const file of files) {
    const isInAgent = named.some(key => file.publicBlob?.equals(key.blob))
    if (!isInAgent) await addFile(identities, file, vault)
  }
  identities.unsupported ??= await certificateOf(host, env)
  return identities
}

/** What ssh2 asks for keys and signatures; remembers what the answer to a refusal depends on. */
export class Identities extends ssh2.BaseAgent<Buffer> {
  readonly problems: readonly string[]
  /** A sentence on an identity that only the system's ssh can use, if there is one. */
  unsupported: string | null = null
  /** Locked files the host would have let us in with. */
  readonly wantedLocked: string[] = []
  /** Locked files we could not even show, not knowing their public half. */
  readonly unshown: string[] = []
  /** The host took one of our keys. Should it still not let us in, it wants something else besides. */
  hasSigned = false
  readonly #signers: Signer[] = []

  constructor(problems: readonly string[]) {
    super()
    this.problems = problems
  }

  get size(): number {
    return this.#signers.length
  }

  add(signer: Signer): void {
    if (!this.#signers.some(each => each.blob.equals(signer.blob))) this.#signers.push(signer)
  }

  override getIdentities(done: (error: Error | undefined, keys?: Buffer[]) => void): void {
    done(
      undefined,
      this.#signers.map(signer => signer.blob),
    )
  }

  override sign(
    publicKey: Buffer | ParsedKey | string,
    data: Buffer,
    options: { hash?: string } | ((error?: Error, signature?: Buffer) => void),
    callback?: (error?: Error, signature?: Buffer) => void,
  ): void {
    const [hash, done] = typeof options === 'function' ? [undefined, options] : [options.hash, callback]
    const blob = Buffer.isBuffer(publicKey) || typeof publicKey === 'string' ? Buffer.from(publicKey) : publicKey.getPublicSSH()
    const signer = this.#signers.find(each => each.blob.equals(blob))
    const signed = signer ? signer.sign(data, hash) : Promise.reject(new Error('No such key'))
    signed.then(
      signature => {
        this.hasSigned = true
        done?.(undefined, signature)
      },
      error => done?.(error),
    )
  }
}

async function agentKeysOf(host: SshHost, problems: string[]): Promise<AgentKey[]> {
  if (host.agentSocket === null) return []
  try {
    return await listAgentKeys(host.agentSocket)
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
    return []
  }
}

function addAgentKey(identities: Identities, { agentSocket }: SshHost, { blob, type, comment }: AgentKey): void {
  if (agentSocket !== null && USABLE.test(type)) {
    identities.add({ blob, sign: (data, hash) => signWithAgent(agentSocket, { blob, hash }, data) })
  } else if (type.includes('-cert-')) identities.unsupported ??= `the ssh-agent holds a certificate (${comment})`
  else if (type.startsWith('sk-')) identities.unsupported ??= `the ssh-agent holds a security key (${comment})`
}

async function addFile(identities: Identities, file: KeyFile, vault: KeyVault): Promise<void> {
  const { path } = file
  const key = file.key ?? (file.isLocked ? await vault.get(path) : null)
  const blob = file.publicBlob ?? (key && publicBlobOf(key))
  if (blob === null) {
    if (file.isLocked) identities.unshown.push(path)
    return
  }
  if (keyType(blob).startsWith('sk-')) identities.unsupported ??= `${path} is a security key`
  if (!USABLE.test(keyType(blob))) return
  if (key) identities.add({ blob, sign: async (data, hash) => signWithKey(key, hash, data) })
  else if (file.isLocked) {
    const sign = async () => {
      identities.wantedLocked.push(path)
      throw new Error(`${path} is locked`)
    }
    identities.add({ blob, sign })
  }
}

async function certificateOf(host: SshHost, env: NodeJS.ProcessEnv): Promise<string | null> {
  if (host.usesPkcs11) return 'its key is on a smart card (PKCS11Provider)'
  const paths = [...host.certificateFiles, ...host.identityFiles.map(path => `${path}-cert.pub`)]
  for (const path of paths) {
    const file = await readKeyFile(path, env)
    if (file?.publicBlob && keyType(file.publicBlob).includes('-cert-')) return `${tilde(path)} is a certificate`
  }
  return null
}

function tilde(path: string): string {
  const { homedir } = userInfo()
  return path.startsWith(`${homedir}/`) ? `~${path.slice(homedir.length)}` : path
}
