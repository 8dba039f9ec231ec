/** Where drops stand on the core's machine: each in a place of its own, so that a job that runs again runs with what it was given. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobView } from '../../src/shared/domain.ts'
import { lastingFolder } from '../../src/shared/drop.ts'
import { type DropClient, drop, dropClient, memorySource, stagedFiles } from '../helpers/drop-client.ts'
import { openOnBox, type Product, startProduct } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

let product: Product
let close: () => Promise<void>
let client: DropClient
beforeAll(async () => {
  ;({ product, close } = await openOnBox())
})
afterAll(() => close())

async function printed(job: JobView): Promise<string> {
  await product.reaches(job.id, 'ended')
  return (await product.drover(['logs', job.id])).stdout
}

async function push(folder: string, line: string): Promise<JobView> {
  const command = { command: { line }, folder, sync: true, host: 'box', terminal: null }
  return (await product.call('job.push', command)).job
}

describe('two folders of one name', () => {
  test('are two, and a job of the first that runs again runs with the first', async () => {
    client = await dropClient(product)
    const first = await drop(client, memorySource({ a: 'first', only: 'here' }, { name: 'src' }))
    const job = await push(first.folder, 'cat a; ls')
    expect(await printed(job)).toBe('firsta\nonly\n')
    const second = await drop(client, memorySource({ a: 'second' }, { name: 'src', changedAt: 1_700_000_001_000 }))
    expect(second.folder).not.toBe(first.folder)
    expect(stagedFiles(first.folder)).toEqual({ a: 'file 644 first', only: 'file 644 here' })
    expect(stagedFiles(second.folder)).toEqual({ a: 'file 644 second' })
    const { job: again } = await product.call('job.rerun', { job: job.id, terminal: null })
    expect(await printed(again)).toBe('firsta\nonly\n')
    expect(await printed(await push(second.folder, 'cat a; ls'))).toBe('seconda\n')
  })

  test('dropped while a job of the first waits for its host: it gets the first', async () => {
    client = await dropClient(product)
    const first = await drop(client, memorySource({ a: 'first' }, { name: 'waits' }))
    const waiting = push(first.folder, 'cat a')
    await drop(client, memorySource({ a: 'other' }, { name: 'waits', changedAt: 1_700_000_001_000 }))
    expect(await printed(await waiting)).toBe('first')
  })
})

test('the same folder again, on the way to its host too: only what changed travels, and it is known by what it took before', async () => {
  client = await dropClient(product)
  const big = Buffer.alloc(8 * 1024 * 1024, 'x1y2z3')
  const before = await drop(client, memorySource({ big, 'b/c': 'one' }, { name: 'again' }))
  await product.reaches((await push(before.folder, 'true')).id, 'ended')
  const source = memorySource({ big, 'b/c': 'changed' }, { name: 'again' })
  const after = await drop(client, source)
  expect(source.opened).toEqual(['b/c'])
  expect(after.decision).toMatchObject({ wantedFiles: 1, wantedBytes: 7 })
  expect(lastingFolder(after.folder)).toBe(lastingFolder(before.folder))
  expect(statSync(join(after.folder, 'big')).ino).toBe(statSync(join(before.folder, 'big')).ino)
  const copies = () => product.call('disk.usage', { host: 'box' })
  const job = await push(after.folder, 'cat b/c')
  expect(await printed(job)).toBe('changed')
  // On the host it is one folder: a second copy of it would take as much again.
  expect((await copies()).hosts[0]?.foldersBytes).toBeLessThan(1.5 * big.length)
})

test('what was dropped for a job is gone: that is said, and nothing else is pushed in its place', async () => {
  client = await dropClient(product)
  const { folder } = await drop(client, memorySource({ a: 'one' }, { name: 'gone' }))
  const job = await push(folder, 'cat a')
  await product.reaches(job.id, 'ended')
  rmSync(dirname(folder), { recursive: true })
  await drop(client, memorySource({ a: 'two' }, { name: 'gone', changedAt: 1_700_000_001_000 }))
  await expect(product.call('job.rerun', { job: job.id, terminal: null })).rejects.toThrow(/here no more.*Drop the folder again/)
})

describe('old places go', () => {
  test('of one folder the last five stay', async () => {
    const own = await startProduct()
    const core = await dropClient(own)
    const folders: string[] = []
    for (let number = 0; number < 7; number += 1) {
      const source = memorySource({ a: `content ${number}` }, { name: 'often', changedAt: 1_700_000_000_000 + number })
      folders.push((await drop(core, source)).folder)
    }
    const left = () => readdirSync(join(own.home.dir, '.cache/drover/drops')).filter(name => name !== '.gitignore')
    await waitFor(() => left().length === 10, { what: 'old ones to go' })
    expect(folders.map(folder => existsSync(folder))).toEqual([false, false, true, true, true, true, true])
  })

  test('gc removes what was dropped long ago, and leaves what is newer', async () => {
    const own = await startProduct()
    const { folder } = await drop(await dropClient(own), memorySource({ a: 'x' }))
    expect((await own.call('disk.gc', {})).hosts[0]?.removed).toEqual([])
    expect(existsSync(folder)).toBe(true)
    const { hosts } = await own.call('disk.gc', { olderThanMs: 0 })
    expect(hosts[0]?.removed).toMatchObject([{ kind: 'drop', bytes: 1 }])
    expect(existsSync(folder)).toBe(false)
  })
})
