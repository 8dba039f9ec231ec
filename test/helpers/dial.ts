/** Dials test hosts as the core does, with a home of the test's own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DialDeps, dial } from '../../src/main/hosts/dial.ts'
import { HopPool } from '../../src/main/hosts/hop-pool.ts'
import { KeyVault } from '../../src/main/hosts/key-vault.ts'
import { KnownHosts } from '../../src/main/hosts/known-hosts.ts'
import type { TestHome } from './test-home.ts'

export type Dialler = { deps: DialDeps; hops: HopPool; close(): Promise<void> }

/** What `dial` needs, as the core puts it together. */
export function makeDialler(home: TestHome): Dialler {
  const runtimeDir = mkdtempSync(join(tmpdir(), 'run-'))
  const settings = { configPath: home.sshConfigPath, env: home.env as NodeJS.ProcessEnv, runtimeDir }
  const hops = new HopPool({ dial: async hop => (await dial({ name: hop.connection, ...hop }, deps)).transport })
  const deps: DialDeps = { settings, vault: new KeyVault(), knownHosts: new KnownHosts(settings), viaHop: hop => hops.via(hop) }
  return {
    deps,
    hops,
    close: async () => {
      await hops.close()
      rmSync(runtimeDir, { recursive: true, force: true })
    },
  }
}
