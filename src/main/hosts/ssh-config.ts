/**
 * What a connection means, as the system's own ssh understands it: the answer of `ssh -G`, read strictly. Every dial begins here.
 */
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { parseConnection } from './connection-string.ts'
import { expandCommand, expandHome, expandPath, type TokenValues } from './ssh-tokens.ts'
import { configArguments, requireUserFile, runTool, type SshSettings } from './ssh-tools.ts'

/** The part of ssh_config that we act upon. Paths are absolute, tokens expanded. */
export type SshHost = {
  /** As it was typed, without user and port. */
  alias: string
  hostname: string
  port: number
  user: string
  addressFamily: 0 | 4 | 6
  bindAddress: string | null
  connectTimeoutMs: number | null
  identityFiles: string[]
  certificateFiles: string[]
  isIdentitiesOnly: boolean
  /** Path of the agent's socket, or null for none. */
  agentSocket: string | null
  /** Hops in the order they are passed. */
  proxyJump: string[]
  proxyCommand: string | null
  usesProxyFdpass: boolean
  userKnownHostsFiles: string[]
  globalKnownHostsFiles: string[]
  hostKeyAlias: string | null
  isHashingKnownHosts: boolean
  hostKeyAlgorithms: string[]
  kexAlgorithms: string[]
  ciphers: string[]
  macs: string[]
  usesPkcs11: boolean
  /** Ways in that only the system's ssh has, and that this host is set up for. */
  usesGssapi: boolean
  usesHostbased: boolean
  /** This ssh knows ForkAfterAuthentication, SessionType and StdinNull (8.7 and later). */
  hasSessionOptions: boolean
}

const YesNo = z.string().transform(text => text === 'yes' || text === 'true')
const List = z.string().transform(text => text.split(',').filter(item => item !== ''))
const OrNone = z.string().transform(text => (text === 'none' ? null : text))
const Settings = z.object({
  hostname: z.string().regex(/^[^-\s][^\s]*$/, 'is no host name'),
  port: z.coerce.number().int().min(1).max(65_535),
  user: z.string().regex(/^[^-\s][^\s]*$/, 'is no user name'),
  addressfamily: z.enum(['any', 'inet', 'inet6']).default('any'),
  bindaddress: OrNone.optional(),
  connecttimeout: z.union([z.literal('none'), z.coerce.number().int().min(0)]).default('none'),
  identitiesonly: YesNo.default(false),
  identityagent: z.string().optional(),
  proxyjump: OrNone.optional(),
  proxycommand: OrNone.optional(),
  proxyusefdpass: YesNo.default(false),
  userknownhostsfile: z.string(),
  globalknownhostsfile: z.string(),
  hostkeyalias: z.string().optional(),
  hashknownhosts: YesNo.default(false),
  hostkeyalgorithms: List,
  kexalgorithms: List,
  ciphers: List,
  macs: List,
  pkcs11provider: OrNone.optional(),
  gssapiauthentication: YesNo.default(false),
  hostbasedauthentication: YesNo.default(false),
})

/**
 * @param jumps in place of the config's own ProxyJump: what `ssh -J a,b` does for the hops before the last.
 * @throws {AppError} `BAD_INPUT` for what is no connection, `BAD_CONFIG` with ssh's own words if the config is wrong, `MISSING_TOOL`.
 */
export async function resolveSshHost(connection: string, settings: SshSettings, jumps?: readonly string[]): Promise<SshHost> {
  const { host, user, port } = parseConnection(connection)
  const args = [
    '-G',
    ...configArguments(settings),
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', `${port}`]),
    ...(jumps === undefined ? [] : ['-o', `ProxyJump=${jumps.length > 0 ? jumps.join(',') : 'none'}`]),
    '--',
    host,
  ]
  const file = configFile(settings)
  await requireUserFile(file)
  const { code, stdout, stderr } = await runTool('ssh', args, settings.env)
  if (code !== 0) {
    const words = stderr.trim().split(/\r?\n/).slice(0, 3).join('; ') || `it ended with ${code}`
    // Of a loop of includes ssh does not say where it is.
    const place = words.includes('/') ? '' : ` in ${file}`
    throw new AppError('BAD_CONFIG', `ssh does not understand what is configured for ${connection}${place}: ${words}`)
  }
  return parseSshConfig(stdout, { alias: host, connection, env: settings.env })
}

function configFile({ configPath }: SshSettings): string {
  if (configPath !== null) return configPath
  try {
    return expandHome('~/.ssh/config')
  } catch {
    return '~/.ssh/config' // Who has no entry in the password file has no such file either; ssh says so itself.
  }
}

/** Reads what `ssh -G` printed. Exported for its tests. */
export function parseSshConfig(text: string, about: { alias: string; connection: string; env: NodeJS.ProcessEnv }): SshHost {
  const values = new Map<string, string[]>()
  for (const line of text.split('\n').filter(each => each !== '')) {
    const space = line.indexOf(' ')
    const key = (space < 0 ? line : line.slice(0, space)).toLowerCase()
    values.set(key, [...(values.get(key) ?? []), space < 0 ? '' : line.slice(space + 1)])
  }
  const parsed = Settings.safeParse(Object.fromEntries([...values].map(([key, all]) => [key, all[0]])))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AppError(
      'BAD_CONFIG',
      `ssh -G gives nothing usable for ${about.connection}: ${issue?.path.join('.')} ${issue?.message}`,
    )
  }
  const found = parsed.data
  const { hostname, port, user } = found
  const tokens: TokenValues = {
    hostname,
    port,
    user,
    alias: about.alias,
    hostKeyAlias: found.hostkeyalias ?? null,
    proxyJump: found.proxyjump ?? null,
  }
  const path = (each: string) => expandPath(each, tokens, about.env)
  return {
    alias: about.alias,
    hostname,
    port,
    user,
    addressFamily: { any: 0, inet: 4, inet6: 6 }[found.addressfamily] as 0 | 4 | 6,
    bindAddress: found.bindaddress ?? null,
    connectTimeoutMs: found.connecttimeout === 'none' ? null : found.connecttimeout * 1000,
    identityFiles: (values.get('identityfile') ?? []).filter(each => each !== 'none').map(path),
    certificateFiles: (values.get('certificatefile') ?? []).filter(each => each !== 'none').map(path),
    isIdentitiesOnly: found.identitiesonly,
    agentSocket: agentSocket(found.identityagent, about.env, path),
    proxyJump: found.proxyjump ? found.proxyjump.split(',') : [],
    proxyCommand: found.proxycommand ? expandCommand(found.proxycommand, tokens) : null,
    usesProxyFdpass: found.proxyusefdpass,
    userKnownHostsFiles: splitPaths(found.userknownhostsfile),
    globalKnownHostsFiles: splitPaths(found.globalknownhostsfile),
    hostKeyAlias: found.hostkeyalias ?? null,
    isHashingKnownHosts: found.hashknownhosts,
    hostKeyAlgorithms: found.hostkeyalgorithms,
    kexAlgorithms: found.kexalgorithms,
    ciphers: found.ciphers,
    macs: found.macs,
    usesPkcs11: Boolean(found.pkcs11provider),
    usesGssapi: found.gssapiauthentication,
    usesHostbased: found.hostbasedauthentication,
    hasSessionOptions: values.has('forkafterauthentication'),
  }
}

function agentSocket(option: string | undefined, env: NodeJS.ProcessEnv, path: (text: string) => string): string | null {
  if (option === 'none') return null
  if (option === undefined || option === 'SSH_AUTH_SOCK') return env.SSH_AUTH_SOCK || null
  if (/^\$[A-Za-z_]\w*$/.test(option)) return env[option.slice(1)] || null
  return path(option)
}

/** `ssh -G` prints several paths on one line without quotes, but all of them absolute: a word that does not begin one goes on with the last. */
function splitPaths(text: string): string[] {
  if (text === 'none') return []
  return text.split(/ (?=\/)/).filter(path => path !== '' && path !== '/dev/null')
}
