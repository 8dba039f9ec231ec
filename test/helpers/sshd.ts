/**
 * A real OpenSSH server on a loopback port of its own: a test's "host". Its HOME, keys and files lie in a directory of its own, and
 * everything that ever runs on it carries a mark in its environment, so that all of it can be ended at the end of the test.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { descendants, isAlive, pidsWithEnv, processName, signalAll } from './processes.ts'
import { toolsWithout } from './tools.ts'
import { waitFor } from './wait.ts'

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa'

export type SshdOptions = {
  /** 127.0.0.1 by default; 127.0.0.2 and so on for hosts that shall differ by address. */
  address?: string
  /** One key of each type is made; default only ed25519. */
  hostKeys?: HostKeyType[]
  /** Lines of sshd_config that win over ours, since the first value counts there. MaxSessions is 10, as in stock Debian. */
  extraConfig?: string[]
  /** Set for everything that runs on the host, beside HOME. Values without double quotes. */
  env?: Record<string, string>
  /** Programs that this host lacks. */
  toolsWithout?: readonly string[]
  /** Makes the PATH of what runs on the host; `dir` is that of this Sshd. A login shell's profile may set another for jobs. */
  path?: (dir: string) => string
}

export type HostKey = { type: HostKeyType; path: string /** `ssh-ed25519 AAAA…` */; publicKey: string; fingerprint: string }

export type Sshd = {
  readonly address: string
  readonly port: number
  readonly user: string
  /** Holds sshd_config, sshd.log and keys. */
  readonly dir: string
  /** HOME of everything that runs on this host, so `~/.drover` is below it. */
  readonly home: string
  readonly hostKeys: readonly HostKey[]
  /** A private key without a passphrase that the host lets in. */
  readonly userKeyPath: string
  /** `user@address:port`, what a person would type. */
  readonly connection: string
  /** Lines for known_hosts, one for each host key. */
  knownHosts(): string
  /** Lets one more key in: a line of a `.pub` file, with options before it if need be. */
  authorize(publicKeyLine: string): void
  log(): string
  /** Processes that run on this host now, sshd's own not counted. */
  pids(): number[]
  /** Kills -9 the processes that hold connections: what a cut network looks like, at once. */
  cutConnections(): void
  /** Stops (SIGSTOP) or lets go on the processes that hold connections: a network that silently drops everything. */
  freezeConnections(): void
  thawConnections(): void
  /** Kills -9 the server and its connections; what ran detached on the host goes on. */
  kill(): Promise<void>
  /** Kills -9 everything, jobs as well: all a reboot does, but for another boot id. */
  killEverything(): Promise<void>
  /** Starts it again on the same port with the same keys, after `kill` or while it runs. `extraConfig` replaces that given before. */
  restart(extraConfig?: string[]): Promise<void>
  /** Ends everything and removes the directory. */
  stop(): Promise<void>
}

const SSHD = '/usr/sbin/sshd'

/** Ends with the test, and everything on that host. @throws {Error} naming the Debian package if OpenSSH's server is not installed. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const sshd = await openSshd(options)
  onTestFinished(() => sshd.stop())
  return sshd
}

/** As startSshd, for several tests, which stop it themselves. */
export async function openSshd(options: SshdOptions = {}): Promise<Sshd> {
  requireSshd()
  const address = options.address ?? '127.0.0.1'
  const dir = mkdtempSync(join(tmpdir(), 'sshd-'))
  const mark = `DROVER_TEST_HOST=${dir}`
  const home = join(dir, 'home')
  mkdirSync(home, { mode: 0o700 })
  const hostKeys = (options.hostKeys ?? ['ed25519']).map(type => makeKey(join(dir, `host_${type}`), type))
  const userKey = makeKey(join(dir, 'user_key'), 'ed25519')
  const authorizedKeys = join(dir, 'authorized_keys')
  writeFileSync(authorizedKeys, `${userKey.publicKey}\n`, { mode: 0o600 })
  const configPath = join(dir, 'sshd_config')
  const logPath = join(dir, 'sshd.log')
  const user = userInfo().username
  const env = {
    ...(options.path && { PATH: options.path(dir) }),
    ...(options.toolsWithout && { PATH: toolsWithout(dir, options.toolsWithout) }),
    ...options.env,
  }

  let extraConfig = options.extraConfig ?? []
  let server: ChildProcess | undefined
  let port = 0

  async function start(): Promise<void> {
    // A port that is free now may be taken when sshd binds it: then the child ends, and we take another. A restart keeps its port.
    for (let attempt = 1; ; attempt += 1) {
      const candidate = port || (await freePort(address))
      writeFileSync(configPath, sshdConfig({ address, port: candidate, dir, home, mark, hostKeys, extraConfig, env }))
      // -E and -f must be absolute, or sshd listens and then resets every connection.
      const child = spawn(SSHD, ['-D', '-E', logPath, '-f', configPath], { stdio: 'ignore', detached: true })
      server = child
      const isUp = await waitFor(async () => child.exitCode !== null || (await accepts(address, candidate)), {
        what: `sshd on ${address}:${candidate}`,
      }).then(() => child.exitCode === null)
      if (isUp) {
        port = candidate
        return
      }
      if (attempt === 20)
        throw new Error(`sshd does not start on ${address}:${candidate}: ${readFileSync(logPath, 'utf8').slice(-2000)}`)
    }
  }

  function connectionPids(): number[] {
    if (server?.pid === undefined) return []
    return descendants(server.pid).filter(pid => processName(pid).startsWith('sshd'))
  }
  /** The children must be found before the server goes: afterwards nobody is their parent. */
  async function kill(others: () => number[] = () => []): Promise<void> {
    const child = server
    server = undefined
    const victims = [
      ...(child?.pid === undefined
        ? []
        : [child.pid, ...descendants(child.pid).filter(pid => processName(pid).startsWith('sshd'))]),
      ...others(),
    ]
    signalAll(victims, 'SIGKILL')
    await waitFor(() => !victims.some(isAlive), { what: 'the processes of sshd to be gone' })
  }
  async function killEverything(): Promise<void> {
    await kill(() => pidsWithEnv(mark))
    await waitFor(
      () => {
        const left = pidsWithEnv(mark)
        signalAll(left, 'SIGKILL')
        return left.length === 0
      },
      { what: 'everything on the host to be gone' },
    )
  }

  const endWithUs = () => signalAll([...(server?.pid === undefined ? [] : [server.pid]), ...pidsWithEnv(mark)], 'SIGKILL')
  process.once('exit', endWithUs)
  await start()

  return {
    address,
    port,
    user,
    dir,
    home,
    hostKeys,
    userKeyPath: userKey.path,
    connection: `${user}@${address}:${port}`,
    knownHosts: () => hostKeys.map(key => `[${address}]:${port} ${key.publicKey}\n`).join(''),
    authorize: line => appendFileSync(authorizedKeys, `${line.trim()}\n`),
    log: () => readFileSync(logPath, 'utf8'),
    pids: () => pidsWithEnv(mark),
    cutConnections: () => signalAll(connectionPids(), 'SIGKILL'),
    freezeConnections: () => signalAll(connectionPids(), 'SIGSTOP'),
    thawConnections: () => signalAll(connectionPids(), 'SIGCONT'),
    kill: () => kill(),
    killEverything,
    restart: async newConfig => {
      await kill()
      extraConfig = newConfig ?? extraConfig
      await start()
    },
    stop: async () => {
      process.off('exit', endWithUs)
      await killEverything()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Makes a key pair; with a passphrase an encrypted one. */
export function makeKey(path: string, type: HostKeyType = 'ed25519', passphrase = ''): HostKey {
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...(type === 'rsa' ? ['-b', '2048'] : []),
    '-N',
    passphrase,
    '-C',
    '',
    '-f',
    path,
  ])
  const publicKey = readFileSync(`${path}.pub`, 'utf8').trim()
  const hash = createHash('sha256').update(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64'))
  return { type, path, publicKey, fingerprint: `SHA256:${hash.digest('base64').replace(/=+$/, '')}` }
}

/** A block of ~/.ssh/config by which the alias leads to this host, with one key to show. */
export function hostBlock(alias: string, { address, port, user }: Sshd, keyPath: string): string {
  return `Host ${alias}\n  HostName ${address}\n  Port ${port}\n  User ${user}\n  IdentityFile ${keyPath}\n  IdentitiesOnly yes\n`
}

/** A port of `address` that was free a moment ago. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve))
  const bound = server.address()
  await new Promise(resolve => server.close(resolve))
  if (bound === null || typeof bound === 'string') throw new Error(`No port to be had on ${address}`)
  return bound.port
}

function requireSshd(): void {
  if (!existsSync(SSHD)) throw new Error(`${SSHD} is not installed: apt-get install openssh-server`)
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
}

function sshdConfig(host: {
  address: string
  port: number
  dir: string
  home: string
  mark: string
  hostKeys: readonly HostKey[]
  extraConfig: readonly string[]
  env: Record<string, string>
}): string {
  // The server's own environment does not reach what it runs; SetEnv does, and only its first line counts.
  const env = [`HOME=${host.home}`, host.mark, ...Object.entries(host.env).map(([name, value]) => `${name}=${value}`)]
  return `${[
    ...host.extraConfig,
    `Port ${host.port}`,
    `ListenAddress ${host.address}`,
    ...host.hostKeys.map(key => `HostKey ${key.path}`),
    'PidFile none',
    `AuthorizedKeysFile ${host.dir}/authorized_keys`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'UseDNS no',
    'MaxStartups 100',
    'PrintMotd no',
    'PrintLastLog no',
    'AcceptEnv LANG LC_*',
    `SetEnv ${env.map(pair => `"${pair}"`).join(' ')}`,
    'Subsystem sftp internal-sftp',
    'LogLevel VERBOSE',
  ].join('\n')}\n`
}

function accepts(address: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, address)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
