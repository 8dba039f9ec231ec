/** A drop that does not come to its end: killed, cancelled, dropped again meanwhile, a full disk; and how it goes on. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { drop, dropClient, memorySource, stagedFiles } from '../helpers/drop-client.ts'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { mountSmallDisk } from '../helpers/small-disk.ts'
import { waitFor, within } from '../helpers/wait.ts'

let product: Product
beforeAll(async () => {
  product = await openProduct()
})
afterAll(() => product.close())

describe('broken off', () => {
  test('the core killed in the midst: the page goes on with the next one, at the byte it was at', async () => {
    const own = await startProduct()
    const big = randomBytes(40 * 1024 * 1024)
    const files = { '.gitignore': '*.o\n', first: 'first', big, last: 'last', 'x.o': 'x' }
    const source = memorySource(files, { name: 'killed' })
    let client = await dropClient(own)
    const core = {
      call: ((method, input) => client.call(method, input)) as typeof client.call,
      openUpload: (id: string) => client.openUpload(id),
    }
    let isKilled = false
    const sent = await within(
      drop(core, source, {
        onStep: step => {
          if (isKilled || step.kind !== 'uploading' || step.bytes < 20 * 1024 * 1024) return
          isKilled = true
          process.kill(own.corePid(), 'SIGKILL')
        },
        reconnected: async () => {
          client = await waitFor(() => dropClient(own))
        },
      }),
      { timeoutMs: 60_000 },
    )
    expect(isKilled).toBe(true)
    const again = sent.steps.findLast(step => step.kind === 'uploading')
    expect(again?.ofBytes).toBeLessThan(big.length - 10 * 1024 * 1024)
    expect(readFileSync(join(sent.folder, 'big')).equals(big)).toBe(true)
    expect(Object.keys(stagedFiles(sent.folder)).sort()).toEqual(['.gitignore', 'big', 'first', 'last'])
  })

  test('cancelled: nothing can be pushed from it; dropped again it goes on', async () => {
    const client = await dropClient(product)
    const big = randomBytes(30 * 1024 * 1024)
    const source = memorySource({ big, small: 'x' }, { name: 'cancelled' })
    const abort = new AbortController()
    let folder = ''
    const sending = drop(client, source, {
      signal: abort.signal,
      onBegun: place => {
        folder = place
      },
      onStep: step => step.kind === 'uploading' && step.bytes > 10 * 1024 * 1024 && abort.abort(),
    })
    await expect(sending).rejects.toMatchObject({ code: 'CANCELLED' })
    const push = { command: { line: 'ls' }, folder, sync: true, host: 'local', terminal: null }
    await expect(client.call('job.push', push)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const sent = await drop(client, source)
    expect(sent.decision.wantedBytes).toBeLessThan(big.length)
    expect(readFileSync(join(folder, 'big')).equals(big)).toBe(true)
    const { job } = await client.call('job.push', push)
    expect(await product.reaches(job.id, 'ended')).toMatchObject({ exitCode: 0 })
    // Begun anew and left: what stands there may be a mixture, and what was whole before is as it was.
    const change = new AbortController()
    let mixture = ''
    const changing = drop(client, memorySource({ big: randomBytes(20 * 1024 * 1024), small: 'y' }, { name: 'cancelled' }), {
      signal: change.signal,
      onBegun: place => {
        mixture = place
      },
      onStep: step => step.kind === 'uploading' && change.abort(),
    })
    await expect(changing).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(client.call('job.push', { ...push, folder: mixture })).rejects.toMatchObject({
      code: expect.stringMatching(/^(CONFLICT|NOT_FOUND)$/),
    })
    expect(readFileSync(join(folder, 'big')).equals(big)).toBe(true)
    const { job: before } = await client.call('job.push', push)
    expect(await product.reaches(before.id, 'ended')).toMatchObject({ exitCode: 0 })
  })

  test('dropped twice at once: the later one goes on, the earlier is told, and nothing is mixed', async () => {
    const [one, two] = [await dropClient(product), await dropClient(product)]
    const slow = memorySource({ a: randomBytes(30 * 1024 * 1024), b: 'one' }, { name: 'both' })
    const content = randomBytes(1024)
    let later: ReturnType<typeof drop> | undefined
    const earlier = drop(one, slow, {
      onStep: step => {
        if (step.kind === 'uploading') later ??= drop(two, memorySource({ a: content, b: 'two' }, { name: 'both' }))
      },
    })
    await expect(earlier).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('dropped again') })
    const sent = await later
    expect(sent && stagedFiles(sent.folder)).toEqual({ a: `file 644 ${content.toString('latin1')}`, b: 'file 644 two' })
  })
})

test('a full disk: told before or while it happens, what was there stays, and it works when there is room', async () => {
  const own = await startProduct()
  const drops = join(own.home.dir, '.cache/drover/drops')
  mkdirSync(join(own.home.dir, '.cache/drover'), { recursive: true, mode: 0o700 })
  const disk = mountSmallDisk(drops, 12)
  onTestFinished(() => disk.unmount())
  const client = await dropClient(own)
  const before = await drop(client, memorySource({ a: 'before' }))
  const big = memorySource({ a: 'after', big: randomBytes(20 * 1024 * 1024) })
  await expect(drop(client, big)).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('are to come') })
  expect(stagedFiles(before.folder)).toEqual({ a: 'file 644 before' })
  const fits = memorySource({ a: 'after', big: randomBytes(6 * 1024 * 1024) })
  const filled = drop(client, fits, { onStep: step => step.kind === 'uploading' && disk.fill() })
  await expect(filled).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('No space left') })
  disk.free()
  expect((await drop(client, fits)).missing).toEqual([])
})
