/** Our rsync and what ties it to a host: it never refuses what comes from there, ends when one side goes, and says why. */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Agent } from '../../src/main/hosts/agent.ts'
import { LocalTransport } from '../../src/main/hosts/local-transport.ts'
import type { ChannelEnd, Transport } from '../../src/main/hosts/transport.ts'
import { sendByRsync } from '../../src/main/jobs/sync/rsync.ts'
import { AppError } from '../../src/shared/errors.ts'
import { shellJoin } from '../../src/shared/shell-quote.ts'
import { descendants, processArguments, signalAll } from '../helpers/processes.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { within } from '../helpers/wait.ts'

const O_NONBLOCK = 0o4000

/** Sends one file to a host whose channels are made up. */
function send(folder: string, exec: Transport['exec']): Promise<unknown> {
  writeFileSync(join(folder, 'a'), 'a')
  const transport: Transport = { kind: 'ssh2', exec, lost: new Promise(() => undefined), close: async () => undefined }
  const agent = { commands: { rsyncReceive: () => 'never run' } } as unknown as Agent
  const what = { paths: Buffer.from('a\0'), count: 1, totalBytes: 1, comparesContent: true, compresses: false }
  return sendByRsync({ host: 'box', transport, agent, folderKey: 'key', folder, ...what })
}

test('a push whose connection breaks as rsync begins does not wait for it for ever', async () => {
  const sent = send(temporaryFolder(), async () => {
    throw new AppError('HOST_UNREACHABLE', 'Lost box')
  })
  await expect(within(sent, { what: 'the end of rsync' })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
})

// A host that was sent 100,000 files asks for more than pipes hold, while rsync here is busy: then a write has to wait, not to fail.
test('the way from the host into our rsync waits when it is full', async () => {
  const flags: number[] = []
  const sent = send(temporaryFolder(), async () => {
    for (const pid of descendants(process.pid)) {
      if (!processArguments(pid).includes('bridge')) continue
      flags.push(Number.parseInt(/flags:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/1`, 'utf8'))?.[1] ?? '', 8))
    }
    throw new AppError('HOST_UNREACHABLE', 'Lost box')
  })
  await expect(within(sent, { what: 'the end of rsync' })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  expect(flags.length).toBeGreaterThan(0)
  for (const one of flags) expect(one & O_NONBLOCK).toBe(0)
})

test('a push whose rsync here is killed reads on what the host says, so that its end comes by itself', async () => {
  const folder = temporaryFolder()
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  let hasEnded = false
  let isCutShort = false
  const ended = Promise.all([once(stdout, 'end'), once(stderr, 'end')]).then(() => {
    hasEnded = true
    return { code: 12, signal: null }
  })
  const { promise: closed, resolve: close } = Promise.withResolvers<ChannelEnd>()
  stdin.once('end', () => {
    // More than fits into the pipes.
    stdout.end(Buffer.alloc(1024 * 1024))
    stderr.end('rsync: connection unexpectedly closed')
  })
  const heard = once(stdin.resume(), 'data')
  const sent = send(folder, async () => ({
    ...{ stdin, stdout, stderr },
    end: Promise.race([ended, closed]),
    resize: () => undefined,
    close: () => {
      isCutShort ||= !hasEnded
      close({ code: null, signal: null })
    },
  }))
  sent.catch(() => undefined) // Awaited below.
  await within(heard, { timeoutMs: 20_000, what: 'the first words of our rsync' })
  const own = descendants(process.pid).filter(pid => processArguments(pid).includes(`${folder}/`))
  expect(own).toHaveLength(1)
  signalAll(own, 'SIGKILL')
  await expect(within(sent, { timeoutMs: 30_000, what: 'the end of the push' })).rejects.toMatchObject({
    code: 'HOST_ERROR',
    message: expect.stringContaining(`rsync on this computer was ended by SIGKILL while it sent ${folder} to box`),
  })
  expect(isCutShort).toBe(false)
})

test('a file that the host did not take fails the push, however well our own rsync ends', async () => {
  const tree = temporaryFolder()
  const sent = send(temporaryFolder(), async () => {
    // A real one, whose end is told as that of one that refused a file.
    const words = ['--server', '-lptDe.LsfxCIvu', '--ignore-times', '.', `${tree}/`]
    const { stdin, stdout, stderr, ...child } = await new LocalTransport().exec(shellJoin(['rsync', ...words]), {
      lane: 'stream',
    })
    const end = child.end.then(({ signal }) => ({ code: 23, signal }))
    return { stdin, stdout, stderr, end, resize: () => undefined, close: () => child.close() }
  })
  await expect(within(sent, { timeoutMs: 20_000, what: 'the end of rsync' })).rejects.toMatchObject({ code: 'HOST_ERROR' })
})
