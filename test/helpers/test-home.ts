/**
 * A person's home directory for one test: ~/.ssh with a config that knows the given hosts by name, and places for Drover's own files.
 * OpenSSH finds `~` in the password file and not in $HOME, so the product is told of the config by DROVER_SSH_CONFIG (ssh -F).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sshd } from './sshd.ts'

/** A person's home has what was compiled before; compiled anew in each of ours it would be a fifth of all starts. */
export const COMPILED = join(import.meta.dirname, '../../node_modules/.cache/drover/compiled')

export type TestHome = {
  readonly dir: string
  readonly sshConfigPath: string
  readonly knownHostsPath: string
  /** The whole environment for a product under test: nothing of ours but PATH. */
  readonly env: Record<string, string>
  remove(): void
}

export type TestHomeOptions = {
  /** Put before all else into ~/.ssh/config, where the first value of an option wins. */
  sshConfig?: string
  /** In place of the hosts' true keys. */
  knownHosts?: string
  /** Makes the PATH of everything the product runs here. */
  path?: (home: string) => string
  /** Beside what a home's environment holds. */
  env?: Record<string, string>
}

/** `hosts` maps an alias to the server it stands for. Each is let in by its own key, and its host key is known. */
export function makeTestHome(hosts: Readonly<Record<string, Sshd>>, options: TestHomeOptions = {}): TestHome {
  // Short, since Unix socket paths below it may have 107 bytes only.
  const dir = mkdtempSync(join(tmpdir(), 'home-'))
  const ssh = join(dir, '.ssh')
  mkdirSync(ssh, { mode: 0o700 })
  const runtime = join(dir, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  const sshConfigPath = join(ssh, 'config')
  const knownHostsPath = join(ssh, 'known_hosts')
  const servers = Object.values(hosts)
  writeFileSync(knownHostsPath, options.knownHosts ?? servers.map(sshd => sshd.knownHosts()).join(''), { mode: 0o600 })
  writeFileSync(sshConfigPath, sshConfig(hosts, knownHostsPath, options.sshConfig ?? ''), { mode: 0o600 })
  return {
    dir,
    sshConfigPath,
    knownHostsPath,
    env: {
      HOME: dir,
      PATH: options.path?.(dir) ?? process.env.PATH ?? '/usr/bin:/bin',
      LANG: 'C.UTF-8',
      SHELL: '/bin/sh',
      XDG_CONFIG_HOME: join(dir, '.config'),
      XDG_DATA_HOME: join(dir, '.local/share'),
      XDG_STATE_HOME: join(dir, '.local/state'),
      XDG_RUNTIME_DIR: runtime,
      DROVER_SSH_CONFIG: sshConfigPath,
      NODE_COMPILE_CACHE: COMPILED,
      ...options.env,
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

function sshConfig(hosts: Readonly<Record<string, Sshd>>, knownHostsPath: string, first: string): string {
  const blocks = Object.entries(hosts).map(
    ([alias, sshd]) =>
      `Host ${alias}\n  HostName ${sshd.address}\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.userKeyPath}\n`,
  )
  // `user@address:port` typed in full is let in as well: for each address and port its own key.
  const byAddress = Object.values(hosts).map(
    sshd => `Match host ${sshd.address} exec "test %p = ${sshd.port}"\n  IdentityFile ${sshd.userKeyPath}\n`,
  )
  const common = `Host *\n  UserKnownHostsFile ${knownHostsPath}\n  GlobalKnownHostsFile /dev/null\n  IdentitiesOnly yes\n  IdentityAgent none\n`
  return `${first}\n${blocks.join('')}${byAddress.join('')}${common}`
}
