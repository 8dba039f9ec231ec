/** A push by tar that was broken off goes on where it was: what is whole on the host is not sent again, what is not is never left. */
import { randomBytes } from 'node:crypto'
import { chmodSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FileWorkers } from '../../src/main/jobs/sync/file-workers.ts'
import { FolderLocks } from '../../src/main/jobs/sync/folder-locks.ts'
import { type SyncOptions, type SyncReport, syncFolder } from '../../src/main/jobs/sync/send.ts'
import { listTree, makeTree } from '../helpers/folder-tree.ts'
import { processArguments, signalAll } from '../helpers/processes.ts'
import { OWNER, type SyncHost, startSyncHost } from '../helpers/sync-host.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const FILES = 8
const FILE_BYTES = 10_000_000
const TOTAL_BYTES = FILES * FILE_BYTES
/** Headers, manifests and lists of paths. */
const OVERHEAD_BYTES = 100_000

const workers = new FileWorkers()
const locks = new FolderLocks()
afterAll(() => workers.close())

describe.each(['no rsync', 'busybox'] as const)('to a host with tools: %s', tools => {
  let host: SyncHost
  beforeAll(async () => {
    host = await startSyncHost(tools)
  })
  afterAll(() => host.stop())

  type Live = Awaited<ReturnType<SyncHost['connect']>>
  function sync(live: Live, folder: string, more: Partial<SyncOptions> = {}): Promise<SyncReport> {
    // Far enough ahead that nothing counts as just changed.
    const now = () => Date.now() + 10_000
    return syncFolder({ workers, locks, host: 'box', ...live, folder, owner: OWNER, now, ...more })
  }

  /** A sync that is broken off in the midst of a file. Gives how many bytes of whole files it brought. */
  async function brokenSync(live: Live, folder: string, breakOff: (abort: AbortController) => void): Promise<number> {
    const abort = new AbortController()
    const { promise: isSending, resolve } = Promise.withResolvers<void>()
    const before = tars(host)
    const broken = sync(live, folder, {
      signal: abort.signal,
      onProgress: ({ phase, bytesDone }) => phase === 'sending' && bytesDone > TOTAL_BYTES / 4 && resolve(),
    })
    const failed = expect(broken).rejects.toMatchObject({ code: expect.stringMatching(/CANCELLED|HOST_UNREACHABLE|HOST_ERROR/) })
    await isSending
    breakOff(abort)
    await failed
    await waitFor(() => tars(host).every(pid => before.includes(pid)), { what: 'tar on the host to end' })
    const [here, there] = [listTree(folder), listTree(host.treeOf(folder))]
    const whole = [...there].filter(([path, what]) => here.get(path) === what)
    expect(there.size, 'a part of a file lies there').toBeGreaterThan(whole.length)
    const bytes = whole.length * FILE_BYTES
    expect(bytes).toBeGreaterThan(0)
    return bytes
  }

  test.each([
    ['is cancelled', (abort: AbortController) => abort.abort()],
    ['loses its connection', () => host.sshd.cutConnections()],
    ['loses tar on the host', () => signalAll(tars(host), 'SIGKILL')],
  ])('a first push that %s, and a second one as well', async (_what, breakOff) => {
    const folder = bigFolder()
    const first = await brokenSync(await host.connect(), folder, breakOff)
    const rest = await sync(await host.connect(), folder)
    expect(rest).toMatchObject({ way: 'tar' })
    expect(rest.sentBytes).toBeLessThan(TOTAL_BYTES - first + OVERHEAD_BYTES)
    expect(differences(folder, host.treeOf(folder))).toEqual([])

    // All of it again, with other contents of the same size, mode and second.
    for (const [path] of listTree(folder)) {
      const { mtime } = statSync(join(folder, path))
      writeFileSync(join(folder, path), randomBytes(FILE_BYTES))
      utimesSync(join(folder, path), mtime, mtime)
    }
    const again = await brokenSync(await host.connect(), folder, breakOff)
    const last = await sync(await host.connect(), folder)
    expect(last.sentBytes).toBeLessThan(TOTAL_BYTES - again + OVERHEAD_BYTES)
    expect(differences(folder, host.treeOf(folder))).toEqual([])
    expect(await sync(await host.connect(), folder)).toMatchObject({ way: 'nothing', sentBytes: 0 })
  })

  test('what was edited, renamed and removed since it was broken off', async () => {
    const folder = bigFolder()
    await brokenSync(await host.connect(), folder, abort => abort.abort())
    rmSync(join(folder, 'big0'))
    renameSync(join(folder, 'big2'), join(folder, 'renamed'))
    const { mtime } = statSync(join(folder, 'big1'))
    writeFileSync(join(folder, 'big1'), randomBytes(FILE_BYTES))
    utimesSync(join(folder, 'big1'), mtime, mtime)
    await sync(await host.connect(), folder)
    expect(differences(folder, host.treeOf(folder))).toEqual([])
  })

  test('from a copy that may be whole only what is not as it was is sent, whatever stands in its place', async () => {
    const folder = temporaryFolder()
    const names = ['same', 'shorter', 'older', 'closed', 'a link', 'gone', 'two\nlines', '-rf']
    makeTree(folder, Object.fromEntries(names.map(name => [`dir/${name}`, randomBytes(30_000).toString('base64')])))
    makeTree(folder, { 'empty/': '', 'shut/file': 'in a folder closed to its user' })
    symlinkSync('dir/same', join(folder, 'link'))
    chmodSync(join(folder, 'shut'), 0o555)
    const live = await host.connect()
    await sync(live, folder)
    const copy = host.treeOf(folder)

    const { folderKey } = await sync(live, folder)
    await live.agent.setFolderStamp(folderKey, '')
    expect((await sync(live, folder)).sentBytes).toBeLessThan(20_000)
    expect(differences(folder, copy)).toEqual([])

    await live.agent.setFolderStamp(folderKey, '')
    truncateSync(join(copy, 'dir/shorter'), 10)
    const { mtime } = statSync(join(folder, 'dir/shorter'))
    utimesSync(join(copy, 'dir/shorter'), mtime, mtime)
    utimesSync(join(copy, 'dir/older'), 1, 1)
    chmodSync(join(copy, 'dir/closed'), 0)
    for (const name of ['a link', 'gone']) rmSync(join(copy, 'dir', name))
    symlinkSync(join(folder, 'dir/a link'), join(copy, 'dir/a link'))
    rmSync(join(copy, 'empty'), { recursive: true })
    const { sentBytes } = await sync(live, folder)
    expect(sentBytes).toBeGreaterThan(5 * 40_000)
    expect(sentBytes).toBeLessThan(6 * 40_000)
    expect(differences(folder, copy)).toEqual([])
    chmodSync(join(folder, 'shut'), 0o755)
    chmodSync(join(copy, 'shut'), 0o755)
  })
})

function bigFolder(): string {
  const folder = temporaryFolder()
  for (let index = 0; index < FILES; index += 1) writeFileSync(join(folder, `big${index}`), randomBytes(FILE_BYTES))
  return folder
}

/** By name only: nobody reads how megabytes differ. */
function differences(folder: string, copy: string): string[] {
  const [here, there] = [listTree(folder), listTree(copy)]
  return [...new Set([...here.keys(), ...there.keys()])].filter(path => here.get(path) !== there.get(path))
}

/** Those that unpack on the host, of whichever program. */
function tars(host: SyncHost): number[] {
  return host.sshd.pids().filter(pid => processArguments(pid)[0] === 'tar')
}
