/**
 * The first push of a very big folder: it shows how far it is, is cancelled, its core is killed, and it goes on from there; the job
 * finds all of it and nothing else, the next push of it costs next to nothing, and what is removed afterwards is gone. It needs 20 GB
 * in TMPDIR, for a while.
 */
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BigPush, MEGABYTE } from '../helpers/big-push.ts'
import type { SshdOptions } from '../helpers/sshd.ts'

const FOLDERS = 1000
const FILES_IN_EACH = 100
const BIG_BYTES = 5000 * MEGABYTE
/** Of all cores that took part, above one that has pushed something small. */
const GROWN_BYTES = 60 * 1024 * 1024
/** What tar reads stands outside the heap, and much of it has been sent before the next collection lets it go. */
const GROWN_BY_TAR_BYTES = 100 * 1024 * 1024

const ways: { by: string; options: SshdOptions }[] = [
  { by: 'rsync', options: {} },
  { by: 'tar', options: { toolsWithout: ['rsync'] } },
]
/** `onceBytes`: what crosses the network when nothing is sent twice. Of one big file tar sends the part that had arrived again. */
const folders = [
  { what: '100,000 files', make: manyFiles, onceBytes: { rsync: 40 * MEGABYTE, tar: 220 * MEGABYTE } },
  { what: 'one file of 5 GB', make: oneFile, onceBytes: { rsync: 1.02 * BIG_BYTES, tar: 1.7 * BIG_BYTES } },
]

describe.each(ways)('by $by', ({ by, options }) => {
  test.each(folders)('$what', async ({ make, onceBytes, what }) => {
    const push = await BigPush.open(options)
    onTestFinished(() => push.close(), 600_000)
    await make(push.folder)
    const listing = await push.listing()

    await push.step('first, cancelled', async () => {
      const first = push.begin()
      await push.progress('sending', ({ bytesDone, bytesTotal }) => bytesDone > (bytesTotal ?? 0) / 3)
      first.child.kill('SIGINT')
      await push.ended(first, { code: 130, stdout: '' })
    })
    await push.step('second, core killed', async () => {
      const second = push.begin()
      await push.progress('sending', ({ bytesDone, bytesTotal }) => bytesDone > (bytesTotal ?? 0) / 3)
      await push.product.killCore()
      await push.ended(second, { code: 0, stdout: listing })
    })
    expect(push.sentBytes()).toBeLessThan(onceBytes[by as 'rsync' | 'tar'])
    await push.step('unchanged', async () => push.ended(push.begin(), { code: 0, stdout: listing }))
    expect(push.steps.at(-1)?.sentBytes).toBeLessThan(100_000)

    await writeFile(join(push.folder, 'change'), '1')
    const changed = await push.listing()
    await push.step('changed, core killed in the copy', async () => {
      const third = push.begin()
      await push.progress('copying')
      await push.product.killCore()
      await push.ended(third, { code: 0, stdout: changed })
    })
    const ended = (await push.product.jobs()).filter(job => job.outcome === 'exited')
    expect(push.workdirs).toHaveLength(ended.length)

    await push.step('removed', () => push.clear())
    expect(await push.hostBytes()).toBeLessThan(MEGABYTE)
    push.print(`${what} by ${by}`)
    expect(push.grownBytes).toBeLessThan(by === 'tar' ? GROWN_BY_TAR_BYTES : GROWN_BYTES)
  })
})

async function manyFiles(folder: string): Promise<void> {
  for (let index = 0; index < FOLDERS; index++) {
    const inner = join(folder, `folder${index}`)
    mkdirSync(inner)
    const files = Array.from({ length: FILES_IN_EACH }, (_, file) => [join(inner, `file${file}`), `${index} ${file}\n`] as const)
    await Promise.all(files.map(([path, text]) => writeFile(path, text.repeat(30))))
  }
}

/** Of bytes that do not compress. */
async function oneFile(folder: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', `head -c ${BIG_BYTES} /dev/urandom >big`], { cwd: folder })
}
