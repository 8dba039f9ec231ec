/** What a hostile page can do with a drop: names and bytes that no folder has, too many of them, out of their turn. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batchesOf } from '../../src/renderer/drop/batches.ts'
import { type DropEntry, encodeUploadHeader, UPLOAD_END } from '../../src/shared/drop.ts'
import { dropClient, stagedFiles } from '../helpers/drop-client.ts'
import { openProduct, type Product } from '../helpers/product.ts'

let product: Product
beforeAll(async () => {
  product = await openProduct()
})
afterAll(() => product.close())

describe('what a hostile page can do', () => {
  const bad: [name: string, path: string][] = [
    ['..', '../x'],
    ['.. in the midst', 'a/../../x'],
    ['absolute', '/etc/passwd'],
    ['a NUL', 'a\0b'],
    ['an empty name', 'a//b'],
    ['.', './a'],
    ['a config of git', '.git/config'],
    ['a hook', 'lib/.git/hooks/post-checkout'],
    ['a name of 256 bytes', 'x'.repeat(256)],
    ['half a character', 'a\ud800'],
  ]
  test.each(bad)('a path is refused: %s', async (_, path) => {
    const client = await dropClient(product)
    const { dropId } = await client.call('drop.begin', { name: 'bad', origin: 'hostile' })
    const names = client.call('drop.names', {
      dropId,
      from: 0,
      entries: [
        ['fine', 1, 1],
        [path, 1, 1],
      ],
    })
    await expect(names).rejects.toMatchObject({ code: 'BAD_INPUT' })
    expect(await client.call('drop.decide', { dropId })).toMatchObject({ files: 0 })
  })

  test.each(['..', '.', '', 'a/b', '.git', 'a\0', 'x'.repeat(256)])('a name of a folder is refused: %j', async name => {
    const client = await dropClient(product)
    await expect(client.call('drop.begin', { name, origin: 'hostile' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  test('one path twice, or a file that is a folder too', async () => {
    const client = await dropClient(product)
    for (const paths of [
      ['a', 'a'],
      ['a', 'a/b'],
      ['a/', 'a'],
    ]) {
      const { dropId } = await client.call('drop.begin', { name: 'twice', origin: 'hostile' })
      await client.call('drop.names', { dropId, from: 0, entries: paths.map((path): [string, number, number] => [path, 0, 1]) })
      await expect(client.call('drop.decide', { dropId }), paths.join(' ')).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('is there twice'),
      })
    }
  })

  test('more bytes than it said, bytes of what was not asked for, out of order: refused, and nothing gets in', async () => {
    const client = await dropClient(product)
    const { dropId, folder } = await client.call('drop.begin', { name: 'liar', origin: 'hostile' })
    const entries: [string, number, number][] = [
      ['.gitignore', 2, 1],
      ['a.o', 4, 1],
      ['b', 4, 1],
    ]
    await client.call('drop.names', { dropId, from: 0, entries })
    const upload = async (...records: [index: number, offset: number, bytes: string, length?: number][]) => {
      const stream = await client.openUpload(dropId)
      for (const [index, offset, bytes, length] of [...records, [UPLOAD_END, 0, ''] as const]) {
        await stream.write(
          Buffer.concat([encodeUploadHeader({ index, offset, length: length ?? bytes.length }), Buffer.from(bytes)]),
        )
      }
      for await (const _ of stream);
    }
    const refused = { code: 'PROTOCOL' }
    // Before the decision only rules may come.
    await expect(upload([2, 0, 'bbbb'])).rejects.toMatchObject(refused)
    await upload([0, 0, 'a*'])
    expect(await client.call('drop.decide', { dropId })).toMatchObject({ files: 2, wantedFiles: 2, ignoredFiles: 1 })
    expect((await client.call('drop.wanted', { dropId })).wanted).toEqual([
      [0, 0],
      [2, 0],
    ])
    await expect(upload([1, 0, 'aaaa'])).rejects.toMatchObject(refused)
    await expect(upload([7, 0, 'aaaa'])).rejects.toMatchObject(refused)
    await expect(upload([2, 0, 'bbbbb'])).rejects.toMatchObject(refused)
    await expect(upload([2, 2, 'bb'])).rejects.toMatchObject(refused)
    await expect(upload([2, Number.NaN, 'bb'])).rejects.toMatchObject(refused)
    await expect(upload([2, -4, 'bb'])).rejects.toMatchObject(refused)
    await expect(upload([2, 0, 'bb', 0xffff_fff0])).rejects.toMatchObject(refused)
    // Fewer than it said: it is not called whole.
    await upload([2, 0, 'bb'])
    expect(await client.call('drop.finish', { dropId })).toMatchObject({
      files: 0,
      missingCount: 2,
      missing: ['.gitignore', 'b'],
    })
    expect(stagedFiles(folder)).toEqual({})
  })

  test('what comes out of its turn is refused', async () => {
    const client = await dropClient(product)
    const { dropId } = await client.call('drop.begin', { name: 'turns', origin: 'hostile' })
    const conflict = { code: 'CONFLICT' }
    await expect(client.call('drop.wanted', { dropId })).rejects.toMatchObject(conflict)
    await expect(client.call('drop.finish', { dropId })).rejects.toMatchObject(conflict)
    await expect(client.call('drop.names', { dropId, from: 1, entries: [] })).rejects.toMatchObject(conflict)
    await client.call('drop.decide', { dropId })
    await expect(client.call('drop.names', { dropId, from: 0, entries: [['a', 1, 1]] })).rejects.toMatchObject(conflict)
    await client.call('drop.cancel', { dropId })
    await expect(client.call('drop.decide', { dropId })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await client.call('drop.cancel', { dropId })
  })

  test('80,000 names, and the core answers others meanwhile', async () => {
    const client = await dropClient(product)
    const other = await dropClient(product)
    const entries = Array.from(
      { length: 80_000 },
      (_, index): DropEntry => [`src/${index % 400}/file-${index}.${index % 2 ? 'o' : 'c'}`, 10, 1],
    )
    entries.unshift(['.gitignore', 4, 1])
    const { dropId } = await client.call('drop.begin', { name: 'many', origin: 'hostile' })
    let from = 0
    for (const batch of batchesOf(entries)) {
      await client.call('drop.names', { dropId, from, entries: batch.map(([...entry]) => entry) })
      from += batch.length
    }
    const stream = await client.openUpload(dropId)
    await stream.write(
      Buffer.concat([
        encodeUploadHeader({ index: 0, offset: 0, length: 4 }),
        Buffer.from('*.o\n'),
        encodeUploadHeader({ index: UPLOAD_END, offset: 0, length: 0 }),
      ]),
    )
    for await (const _ of stream);
    let slowestMs = 0
    let isDecided = false
    const deciding = client.call('drop.decide', { dropId }).finally(() => {
      isDecided = true
    })
    while (!isDecided) {
      const at = performance.now()
      await other.call('core.status', {})
      slowestMs = Math.max(slowestMs, performance.now() - at)
      await delay(10) // What it takes is for those who decide.
    }
    expect(await deciding).toMatchObject({ files: 40_001, ignoredFiles: 40_000, isSkippedCut: true })
    // Not a measure of speed: the core would stand still for seconds if it did any of this itself.
    expect(slowestMs).toBeLessThan(2_000)
    expect((await client.call('drop.wanted', { dropId, after: 40_000 })).wanted).toHaveLength(1)
  })
})
