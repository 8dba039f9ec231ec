/** exec: a command on a connected host inside the core, against `ssh` through a ControlMaster that is up. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { dial } from '../src/main/hosts/dial.ts'
import { run } from '../src/main/hosts/transport.ts'
import { makeDialler } from '../test/helpers/dial.ts'
import { against, againstAim, type BenchRow, median, range } from './bench.ts'
import { elapsedMs, interleaved, processMs } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['exec']

const AIM_MS = 10

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1 }, async ({ product: { env, home }, ssh }) => {
    const control = [...ssh, '-o', `ControlPath=${join(home.dir, 'control')}`]
    const dialler = makeDialler(home)
    const { transport } = await dial({ name: 'h1', connection: 'h1' }, dialler.deps)
    try {
      // -f: it goes to the background once it is connected. Its stdio is not ours, or we would wait for its end.
      execFileSync('ssh', [...control, '-o', 'ControlMaster=yes', '-fN', 'h1'], { env, stdio: 'ignore' })
      const { ours, peer } = await interleaved(
        {
          ours: () => elapsedMs(() => run(transport, 'true')),
          peer: () => processMs({ file: 'ssh', args: [...control, 'h1', 'true'], env }),
        },
        { n: 40, warmUps: 5 },
      )
      const row = { name: 'exec', unit: 'ms', better: 'lower' } as const
      const peerCommand = 'ssh -F CONFIG -o ControlPath=SOCKET h1 true'
      return [
        against({ ...row, aim: 1, ours, peer, peerCommand }),
        againstAim({ ...row, name: 'exec:median', aim: AIM_MS, ours: median(ours), n: ours.length, spread: range(ours) }),
      ]
    } finally {
      execFileSync('ssh', [...control, '-O', 'exit', 'h1'], { env, stdio: 'ignore' })
      await transport.close()
      await dialler.close()
    }
  })
}
