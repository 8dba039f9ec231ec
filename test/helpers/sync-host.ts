/** Hosts to sync to: real sshd hosts with the agent on them, whose tools are chosen by the PATH they have. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Agent } from '../../src/main/hosts/agent.ts'
import { openAgent } from '../../src/main/hosts/agent-client.ts'
import { readAgentProgram } from '../../src/main/hosts/agent-install.ts'
import { dial } from '../../src/main/hosts/dial.ts'
import type { Transport } from '../../src/main/hosts/transport.ts'
import { folderKey } from '../../src/main/jobs/sync/folder-key.ts'
import { makeDialler } from './dial.ts'
import { openSshd, type Sshd } from './sshd.ts'
import { makeTestHome } from './test-home.ts'

export type SyncHost = {
  readonly sshd: Sshd
  /** Anew after a cut; the last one is closed with the host. */
  connect(): Promise<{ transport: Transport; agent: Agent }>
  /** Where the pristine copy of a folder lies on this machine, and what is beside it. */
  copyOf(folder: string): string
  treeOf(folder: string): string
  stop(): Promise<void>
}

export const OWNER = 'computer-1'

export type Tools = 'all' | 'no rsync' | 'busybox'

export async function startSyncHost(tools: Tools = 'all'): Promise<SyncHost> {
  const bin = tools === 'all' ? null : makeTools(tools)
  const sshd = await openSshd(bin === null ? {} : { env: { PATH: bin } })
  const home = makeTestHome({ box: sshd })
  const dialler = makeDialler(home)
  const open: (() => Promise<void>)[] = []
  const copyOf = (folder: string) => join(sshd.home, '.drover/folders', folderKey(OWNER, folder))
  return {
    sshd,
    copyOf,
    treeOf: folder => join(copyOf(folder), 'tree'),
    connect: async () => {
      const { transport } = await dial({ name: 'box', connection: 'box' }, dialler.deps)
      const agent = await openAgent(transport, { program: await readAgentProgram(), host: 'box', owner: OWNER })
      open.push(async () => {
        agent.close()
        await transport.close()
      })
      return { transport, agent }
    },
    stop: async () => {
      for (const close of open) await close()
      await dialler.close()
      home.remove()
      await sshd.stop()
      if (bin !== null) rmSync(bin, { recursive: true })
    },
  }
}

/** A folder for a PATH: all that this machine has but rsync, or busybox alone with the flock that Debian's lacks. */
function makeTools(tools: Tools): string {
  const bin = mkdtempSync(join(tmpdir(), 'drover-tools-'))
  if (tools === 'busybox') {
    const applets = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
    for (const applet of applets) symlinkSync('/bin/busybox', join(bin, applet))
    symlinkSync('/usr/bin/flock', join(bin, 'flock'))
    return bin
  }
  const names = new Map(['/usr/sbin', '/usr/bin'].flatMap(folder => readdirSync(folder).map(name => [name, join(folder, name)])))
  names.delete('rsync')
  for (const [name, path] of names) symlinkSync(path, join(bin, name))
  return bin
}
