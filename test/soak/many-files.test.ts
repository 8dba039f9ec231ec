/** Very many small files, many levels deep, over a line that is slower than both ends: the core is killed in the middle, and it goes on. */
import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BigPush, MEGABYTE } from '../helpers/big-push.ts'
import type { SshdOptions } from '../helpers/sshd.ts'

/** Enough that a line is busy for some seconds. */
const FILES = 6_000
const LEVELS = 60
const FILE_TEXT = 'a line of a file\n'.repeat(16)

const ways: { by: string; options: SshdOptions; onceBytes: number }[] = [
  { by: 'rsync', options: {}, onceBytes: 4 * MEGABYTE },
  { by: 'tar', options: { toolsWithout: ['rsync'] }, onceBytes: 24 * MEGABYTE },
]

test.each(ways)('by $by', { timeout: 240_000 }, async ({ options, onceBytes }) => {
  const push = await BigPush.open(options)
  onTestFinished(() => push.close(), 120_000)
  await makeFiles(push.folder)
  const listing = await push.listing()
  push.network.setSpeed(onceBytes / 8)
  await push.step('core killed', async () => {
    const first = push.begin()
    await push.progress('sending', ({ bytesDone, bytesTotal }) => bytesDone > (bytesTotal ?? 0) / 3)
    await push.product.killCore()
    await push.ended(first, { code: 0, stdout: listing })
  })
  expect(push.sentBytes()).toBeLessThan(onceBytes)
  await push.step('unchanged', async () => push.ended(push.begin(), { code: 0, stdout: listing }))
  expect(push.steps.at(-1)?.sentBytes).toBeLessThan(100_000)
  await push.clear()
  expect(await push.hostBytes()).toBeLessThan(MEGABYTE)
})

async function makeFiles(folder: string): Promise<void> {
  let inner = folder
  for (let level = 0; level < LEVELS; level++) {
    inner = join(inner, `l${level}`)
    mkdirSync(inner)
    const names = Array.from({ length: Math.ceil(FILES / LEVELS) }, (_, file) => join(inner, `file${file}`))
    await Promise.all(names.map(path => writeFile(path, `${path.length} ${FILE_TEXT}`)))
  }
}
