/** A sync that is cancelled, cut or killed: nothing but whole files lies in the copy, and the next one goes on from there. */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SyncOptions } from '../../src/main/jobs/sync/send.ts'
import { listTree, makeTree } from '../helpers/folder-tree.ts'
import { descendants, processArguments, processName, signalAll } from '../helpers/processes.ts'
import { syncGround } from '../helpers/sync-folder.ts'
import { type SyncHost, startSyncHost } from '../helpers/sync-host.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

/** Where the agent has rsync keep what the next try goes on from. */
const PARTIAL = '.drover-partial~'
const { expectedTree, makeSync } = syncGround()

/** Paths that differ: what they hold is too long to be read. */
function sameTree(one: Map<string, string>, other: Map<string, string>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter(path => one.get(path) !== other.get(path))
}

describe('cut off', () => {
  let host: SyncHost
  beforeAll(async () => {
    host = await startSyncHost()
  })
  afterAll(() => host.stop())

  /** Resolves once something of a big file is on its way. */
  function whenSending(): { started: Promise<void>; onProgress: NonNullable<SyncOptions['onProgress']> } {
    const { promise: started, resolve } = Promise.withResolvers<void>()
    return { started, onProgress: ({ phase, bytesDone }) => phase === 'sending' && bytesDone > 2_500_000 && resolve() }
  }
  function bigFolder(): string {
    const folder = temporaryFolder()
    makeTree(folder, { 'a/small': 'small', 'z/last': 'last' })
    for (let index = 0; index < 4; index += 1) writeFileSync(join(folder, `big${index}`), randomBytes(10_000_000))
    return folder
  }

  test('a cancelled first push is resumed where it was', async () => {
    const folder = bigFolder()
    const sync = makeSync(await host.connect())
    const abort = new AbortController()
    const { started, onProgress } = whenSending()
    const first = sync(folder, { signal: abort.signal, onProgress })
    await started
    abort.abort()
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' })
    await waitFor(() => !host.sshd.pids().some(pid => processName(pid) === 'rsync'), { what: 'rsync on the host to end' })
    const arrived = [...listTree(host.treeOf(folder)).keys()].filter(path => path.startsWith('big')).length
    const partial = [...listTree(host.treeOf(folder)).keys()].filter(path => path.startsWith(`${PARTIAL}/`))
    expect(arrived + partial.length).toBeGreaterThan(0)
    // Nothing but whole files lies in the copy, and what the next try goes on from.
    const expected = await expectedTree(folder)
    for (const [path, what] of listTree(host.treeOf(folder))) {
      if (!path.startsWith(PARTIAL)) expect(what === expected.get(path), path).toBe(true)
    }
    const second = await sync(folder)
    expect(second.sentBytes).toBeLessThan(39_000_000)
    expect(sameTree(listTree(host.treeOf(folder)), await expectedTree(folder))).toEqual([])
    expect(readdirSync(host.copyOf(folder)).sort()).toEqual(['lock', 'manifest', 'owner', 'stamp', 'tree'])
  })

  test.each(['the connection', 'rsync on the host', 'rsync here'])('%s dies in the middle', async victim => {
    const folder = bigFolder()
    const live = await host.connect()
    const { started, onProgress } = whenSending()
    const first = makeSync(live)(folder, { onProgress })
    await started
    if (victim === 'the connection') host.sshd.cutConnections()
    else if (victim === 'rsync on the host')
      signalAll(
        host.sshd.pids().filter(pid => processName(pid) === 'rsync'),
        'SIGKILL',
      )
    else signalAll(rsyncsOf(folder), 'SIGKILL')
    await expect(first).rejects.toMatchObject({ code: victim === 'the connection' ? 'HOST_UNREACHABLE' : 'HOST_ERROR' })
    await waitFor(() => rsyncsOf(folder).length === 0, { what: 'our rsync to end' })
    rmSync(join(folder, 'big0'))
    renameSync(join(folder, 'big1'), join(folder, 'a/renamed'))
    const sync = makeSync(await host.connect())
    await sync(folder)
    expect(listTree(host.treeOf(folder))).toEqual(await expectedTree(folder))
  })

  test('two syncs of one folder take turns, and what is made of a copy is of one scan', async () => {
    const folder = temporaryFolder()
    makeTree(folder, { version: '1' })
    const sync = makeSync(await host.connect())
    const seen: string[] = []
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const look = () => readFileSync(join(host.treeOf(folder), 'version'), 'utf8')
    const first = sync(folder, {
      whileLocked: async () => {
        await gate
        seen.push(look())
      },
    })
    await waitFor(() => existsSync(join(host.treeOf(folder), 'version')))
    writeFileSync(join(folder, 'version'), '2')
    const second = sync(folder, { whileLocked: async () => void seen.push(look()) })
    const abort = new AbortController()
    const third = sync(folder, { signal: abort.signal })
    setImmediate(() => abort.abort())
    await expect(third).rejects.toMatchObject({ code: 'CANCELLED' })
    open()
    await Promise.all([first, second])
    expect(seen).toEqual(['1', '2'])
  })
})

/** Those here that send this folder: other tests may have their own. */
function rsyncsOf(folder: string): number[] {
  return descendants(process.pid).filter(pid => processArguments(pid).includes(`${folder}/`))
}
