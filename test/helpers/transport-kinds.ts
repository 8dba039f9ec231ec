/** A transport of each kind, to a host of the test's own. */
import { dial } from '../../src/main/hosts/dial.ts'
import { LocalTransport } from '../../src/main/hosts/local-transport.ts'
import { dialOpenssh } from '../../src/main/hosts/openssh-transport.ts'
import { resolveSshHost } from '../../src/main/hosts/ssh-config.ts'
import type { Transport } from '../../src/main/hosts/transport.ts'
import { makeDialler } from './dial.ts'
import { openSshd, type Sshd, type SshdOptions } from './sshd.ts'
import { makeTestHome } from './test-home.ts'

export type Kind = { kind: string; setUp(options?: SshdOptions): Promise<Rig> }
export type Rig = { open(): Promise<Transport>; sshd: Sshd | null; tearDown(): Promise<void> }

export const local: Kind = {
  kind: 'local',
  setUp: async () => {
    const home = makeTestHome({})
    return { open: async () => new LocalTransport(home.env), sshd: null, tearDown: async () => home.remove() }
  },
}

export function overSsh(kind: 'ssh2' | 'openssh'): Kind {
  return {
    kind,
    setUp: async options => {
      const sshd = await openSshd(options)
      const home = makeTestHome({ box: sshd })
      const dialler = makeDialler(home)
      const target = { name: 'box', connection: 'box' }
      const byOpenssh = async () =>
        dialOpenssh({ ...target, host: await resolveSshHost('box', dialler.deps.settings) }, dialler.deps)
      const bySsh2 = async () => (await dial(target, dialler.deps)).transport
      return {
        open: kind === 'ssh2' ? bySsh2 : byOpenssh,
        sshd,
        tearDown: async () => {
          await dialler.close()
          home.remove()
          await sshd.stop()
        },
      }
    },
  }
}
