/** Our rsync when the host is lost before it answers: it ends, with what holds its pipes, and whoever waits for it is told. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Agent } from '../../src/main/hosts/agent.ts'
import type { Transport } from '../../src/main/hosts/transport.ts'
import { sendByRsync } from '../../src/main/jobs/sync/rsync.ts'
import { AppError } from '../../src/shared/errors.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { within } from '../helpers/wait.ts'

test('a push whose connection breaks as rsync begins does not wait for it for ever', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a'), 'a')
  const transport: Transport = {
    kind: 'ssh2',
    exec: async () => {
      throw new AppError('HOST_UNREACHABLE', 'Lost box')
    },
    lost: new Promise(() => undefined),
    close: async () => undefined,
  }
  const agent = { commands: { rsyncReceive: () => 'never run' } } as unknown as Agent
  const what = { paths: Buffer.from('a\0'), count: 1, totalBytes: 1, comparesContent: true, compresses: false }
  const sent = sendByRsync({ host: 'box', transport, agent, folderKey: 'key', folder, ...what })
  await expect(within(sent, { what: 'the end of rsync' })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
})
