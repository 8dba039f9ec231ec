/** A slow line to a host: the first push of a big folder shows how far it is, may be cancelled or cut off, and goes on from there. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Network, openNetwork } from '../helpers/network.ts'
import { processName } from '../helpers/processes.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { openSshd, type Sshd, type SshdOptions } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

const MEGABYTE = 1_000_000
const FILE_BYTES = MEGABYTE
const FILES = 16
const TOTAL_BYTES = FILES * FILE_BYTES
/** As much as a line of 48 Mbit/s carries. */
const SPEED = 6 * MEGABYTE
/** What a whole push may cost beside the files themselves, one file that was under way twice included. */
const OVERHEAD_BYTES = 4 * MEGABYTE
/** What a host lets us have under way in one channel: sshd's window of 2 MiB. What is in the connection by then cannot be taken back. */
const UNDER_WAY_BYTES = 3 * MEGABYTE
/** A file that changed this shortly before it was scanned is sent again: its times prove nothing. Longer than the product's own 100 ms. */
const SETTLED_MS = 300

const ways: { by: string; options: SshdOptions }[] = [
  { by: 'rsync', options: {} },
  { by: 'tar', options: { toolsWithout: ['rsync'] } },
]

describe.each(ways)('by $by', ({ by, options }) => {
  test('a push that was cancelled by Ctrl+C in the middle goes on from there', async () => {
    const { box, network, product, folder } = await ground(options)
    const before = network.sentBytes
    const first = product.begin(['push', '--on', 'box', '--', 'true'], { cwd: folder, input: '' })
    await network.sent(TOTAL_BYTES / 2, before)
    const sending = (await product.jobs())[0]
    expect(sending).toMatchObject({ state: 'syncing', progress: { phase: 'sending', bytesTotal: TOTAL_BYTES } })
    expect(sending?.progress?.bytesDone).toBeGreaterThan(TOTAL_BYTES / 5)
    first.child.kill('SIGINT')
    expect(await within(first.done, { what: 'the end of the push' })).toMatchObject({ code: 130, stdout: '' })
    const atEnd = network.sentBytes
    await waitFor(() => !box.pids().some(pid => processName(pid) === by), { what: `${by} on the host to end` })
    expect(network.sentBytes - atEnd).toBeLessThan(UNDER_WAY_BYTES)
    expect((await product.jobs())[0]).toMatchObject({ state: 'ended', outcome: 'cancelled' })
    network.setSpeed(Number.POSITIVE_INFINITY)
    expect(await product.drover(['push', '--on', 'box', '--', 'cat f*'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: contentOf(folder),
    })
    expect(network.sentBytes - before).toBeLessThan(TOTAL_BYTES + OVERHEAD_BYTES)
  })

  test('a push that was cut off in the middle goes on by itself', async () => {
    const { network, product, folder } = await ground(options)
    const before = network.sentBytes
    const push = product.begin(['push', '--on', 'box', '--', 'cat f*'], { cwd: folder, input: '' })
    await network.sent(TOTAL_BYTES / 2, before)
    network.cut()
    network.setSpeed(Number.POSITIVE_INFINITY)
    const { code, stdout, stderr } = await within(push.done, { timeoutMs: 60_000, what: 'the end of the push' })
    expect({ code, stderr, isWhole: stdout === contentOf(folder) }).toEqual({ code: 0, stderr: '', isWhole: true })
    expect(network.sentBytes - before).toBeLessThan(TOTAL_BYTES + OVERHEAD_BYTES)
    expect(await product.jobs()).toHaveLength(1)
  })
})

test('one big file that was cut off is not sent again from its beginning', async () => {
  const { network, product, folder } = await ground({}, 0)
  writeFileSync(join(folder, 'f'), text(TOTAL_BYTES))
  await settled(folder)
  const before = network.sentBytes
  const push = product.begin(['push', '--on', 'box', '--', 'cat f'], { cwd: folder, input: '' })
  await network.sent(TOTAL_BYTES / 2, before)
  network.cut()
  network.setSpeed(Number.POSITIVE_INFINITY)
  const { code, stdout } = await within(push.done, { timeoutMs: 60_000, what: 'the end of the push' })
  expect({ code, isWhole: stdout === readFileSync(join(folder, 'f'), 'latin1') }).toEqual({ code: 0, isWhole: true })
  expect(network.sentBytes - before).toBeLessThan(TOTAL_BYTES + OVERHEAD_BYTES)
})

test('an upload that fills the line keeps neither it nor other jobs from being seen alive', async () => {
  const { network, product, folder } = await ground({})
  network.setSpeed(MEGABYTE)
  const before = network.sentBytes
  const push = product.begin(['push', '--on', 'box', '--', 'true'], { cwd: folder, input: '' })
  await network.sent(TOTAL_BYTES / 8, before)
  expect(
    await within(product.drover(['push', '-n', '--on', 'box', '--', 'echo meanwhile']), { timeoutMs: 60_000 }),
  ).toMatchObject({
    code: 0,
    stdout: 'meanwhile\n',
  })
  const [, sending] = await product.jobs()
  expect(sending).toMatchObject({ state: 'syncing' })
  network.setSpeed(Number.POSITIVE_INFINITY)
  expect((await within(push.done, { timeoutMs: 60_000, what: 'the end of the push' })).code).toBe(0)
  expect(product.coreLog()).not.toMatch(/hosts lost host=box/)
})

type Ground = { box: Sshd; network: Network; product: Product; folder: string }

async function ground(options: SshdOptions, files = FILES): Promise<Ground> {
  const box = await openSshd(options)
  const network = await openNetwork(box)
  network.setSpeed(SPEED)
  onTestFinished(async () => {
    await network.close()
    await box.stop()
  })
  const product = await startProduct({ box: network.host })
  const folder = join(product.home.dir, 'big')
  mkdirSync(folder)
  for (let index = 10; index < 10 + files; index++) writeFileSync(join(folder, `f${index}`), text(FILE_BYTES))
  await waitFor(async () => (await product.status()).hosts.every(({ state }) => state === 'connected'), { what: 'the host' })
  await settled(folder)
  return { box, network, product, folder }
}

async function settled(folder: string): Promise<void> {
  const changedAt = Math.max(0, ...readdirSync(folder).map(name => statSync(join(folder, name)).ctimeMs))
  await waitFor(() => Date.now() > changedAt + SETTLED_MS, { what: 'the files to be older than their clock is coarse' })
}

/** Nothing that compresses: of 64 characters, so that it can be told apart as text as well. */
function text(bytes: number): string {
  return randomBytes((bytes / 4) * 3).toString('base64')
}

function contentOf(folder: string): string {
  return Array.from({ length: FILES }, (_, index) => readFileSync(join(folder, `f${10 + index}`), 'latin1')).join('')
}
