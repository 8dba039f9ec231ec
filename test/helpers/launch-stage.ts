/** A host with apps and a desktop to show them on, for several tests: the built product between a real sshd and a real compositor. */
import { join } from 'node:path'
import { DisplayRecords, type MasterRecord } from '../../src/main/apps/display-records.ts'
import { type Compositor, startCompositor } from './compositor.ts'
import { isAlive, processText } from './processes.ts'
import { openProduct, type Product } from './product.ts'
import { openSshd, type Sshd } from './sshd.ts'
import { waitFor } from './wait.ts'

export type LaunchStage = {
  readonly box: Sshd
  readonly desktop: Compositor
  readonly product: Product
  /** Waits until just these windows are open, by what they call themselves. */
  windows(...appIds: string[]): Promise<void>
  /** The connection that draws apps of the host. */
  master(): MasterRecord
  clientPid(): number
  /** Waits until nothing of any app runs on the host any more. */
  nothingLeft(): Promise<void>
  close(): Promise<void>
}

export async function openLaunchStage(): Promise<LaunchStage> {
  const [box, desktop] = await Promise.all([openSshd(), startCompositor()])
  const product = await openProduct({ box }, { env: { WAYLAND_DISPLAY: desktop.socketPath } })
  const records = () => new DisplayRecords(join(product.home.dir, '.local/share/drover/display')).list()
  const live = <Kind extends 'master' | 'client'>(kind: Kind) => {
    const found = records().find(record => record.kind === kind && isAlive(record.mark.pid))
    if (found === undefined) throw new Error(`There is no ${kind}`)
    return found as Extract<typeof found, { kind: Kind }>
  }
  return {
    box,
    desktop,
    product,
    windows: async (...appIds) => {
      let seen: string[] = []
      await waitFor(
        async () => {
          seen = (await desktop.windows()).map(({ appId }) => appId)
          return seen.toSorted().join() === appIds.toSorted().join()
        },
        { what: `these windows: ${appIds.join() || 'none'}` },
      ).catch(cause => {
        throw new Error(`${cause.message}; there are ${seen.join() || 'none'}`, { cause })
      })
    },
    master: () => live('master'),
    clientPid: () => live('client').mark.pid,
    nothingLeft: async () => {
      await waitFor(() => !box.pids().some(pid => processText(pid).includes('DROVER_JOB=')), {
        what: 'the host to have nothing left of apps',
      })
    },
    close: async () => {
      await product.close()
      await Promise.all([box.stop(), desktop.stop()])
    },
  }
}
