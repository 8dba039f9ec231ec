/** push-warm: how long a person waits for a command on a connected host, whole process, against plain ssh. */
import { DROVER } from '../test/helpers/product.ts'
import { against, type BenchRow } from './bench.ts'
import { interleaved, processMs } from './measure.ts'
import { onStage } from './stage.ts'

export const names = ['push-warm']

export function bench(): Promise<BenchRow[]> {
  return onStage({ hosts: 1, isAdded: true }, async ({ product: { env, home }, ssh }) => {
    const figures = await interleaved(
      {
        ours: () => processMs({ file: DROVER, args: ['push', '-n', '--', 'true'], env, cwd: home.dir }),
        peer: () => processMs({ file: 'ssh', args: [...ssh, 'h1', 'true'], env, cwd: home.dir }),
      },
      // sshd is still busy with the end of a session when its client has gone: that is to cost neither of the two.
      { n: 20, pauseMs: 100 },
    )
    const row = { name: 'push-warm', unit: 'ms', better: 'lower', aim: 0.35, peerCommand: 'ssh -F CONFIG h1 true' } as const
    return [against({ ...row, ...figures })]
  })
}
