/** The output of several processes as one stream, from real runs on a real host. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type MergedOptions, openMerged } from '../../src/main/supervisor/output/merged.ts'
import { collect, type OutputGround, startLocalGround, startOutputGround } from '../helpers/output-ground.ts'
import { startSyncHost } from '../helpers/sync-host.ts'
import { waitFor } from '../helpers/wait.ts'

function open(ground: OutputGround, labels: Record<string, string>, options: Partial<MergedOptions> = {}) {
  const source = {
    processes: () => Object.entries(labels).map(([id, label]) => ({ id, label })),
    runsOf: ground.runsOf,
    changed: (_: string | null, signal: AbortSignal) => ground.changed(signal),
  }
  const merged = openMerged({ hub: ground.hub, source, lines: 0, since: null, follow: false, now: Date.now, ...options })
  onTestFinished(() => merged.close())
  return { ...merged, ...collect(merged.output) }
}

test('the past comes first, in the order of time over processes and runs; then what is printed, as it is', async () => {
  const ground = await startLocalGround()
  const [web, db] = [randomUUID(), randomUUID()]
  await ground.ended(await ground.run(web, 'printf "one\\ntwo\\nthree\\n"; exit 3'))
  await ground.ended(await ground.run(db, 'echo hello; printf "no end"'))
  const second = await ground.run(
    web,
    'echo four; while [ ! -e go ]; do sleep 0.02; done; echo five; printf "a question? "; sleep 1000',
  )
  await waitFor(async () => (await ground.hub.size(second)) === 5, { what: 'its first line' })
  const merged = open(ground, { [web]: 'web.1', [db]: 'db.1' }, { lines: 3, follow: true })
  await waitFor(() => merged.entries.some(({ type }) => type === 'now'), { what: 'the end of the past' })
  expect(
    merged.entries.map(entry =>
      entry.type === 'line' ? `${entry.process} ${entry.text}` : entry.type === 'now' ? 'now' : `${entry.process} ${entry.type}`,
    ),
  ).toEqual([
    'web.1 two',
    'web.1 three',
    'web.1 ended',
    'db.1 run',
    'db.1 hello',
    'db.1 no end',
    'db.1 ended',
    'web.1 run',
    'web.1 four',
    'now',
  ])
  expect(merged.entries[2]).toMatchObject({ exitCode: 3, run: 1 })
  writeFileSync(join(ground.jobs.get(second).workdir ?? '', 'go'), '')
  await waitFor(() => merged.text('web.1').endsWith('five\na question? '), { what: 'what is printed now' })
  expect(merged.entries.at(-1)).toMatchObject({ type: 'line', text: 'a question? ', isCut: true, byte: 10 })
  const third = await ground.run(db, 'echo again')
  await ground.ended(third)
  await waitFor(() => merged.entries.at(-1)?.type === 'ended', { what: 'the end of a run that began meanwhile' })
  expect(merged.entries.slice(-3)).toMatchObject([
    { type: 'run', process: 'db.1', run: 2, jobId: third },
    { type: 'line', text: 'again', byte: 0 },
    { type: 'ended', exitCode: 0 },
  ])
})

test('runs whose logs their host keeps no more are left out of the past', async () => {
  const ground = await startLocalGround()
  const web = randomUUID()
  const runs: string[] = []
  for (const line of ['one', 'two']) {
    const run = await ground.run(web, `echo ${line}`)
    runs.push(run)
    await ground.ended(run)
  }
  await ground.link.live?.agent.remove(runs[0] ?? '')
  const merged = open(ground, { [web]: 'web.1' }, { lines: 100 })
  await merged.end
  expect(merged.entries.map(({ type }) => type)).toEqual(['run', 'line', 'ended', 'now'])
  expect(merged.text()).toBe('two\n')
})

test('a quiet process is heard at once beside one that floods, what nobody can read is said to be skipped, and the log has it', async () => {
  const ground = await startLocalGround()
  const [flood, quiet] = [randomUUID(), randomUUID()]
  const merged = open(ground, { [flood]: 'flood.1', [quiet]: 'quiet.1' }, { follow: true })
  const flooding = await ground.run(
    flood,
    'yes 0123456789012345678901234567890123456789012345678901234567890123456789 | head -c 300000000',
  )
  await ground.run(quiet, 'for i in 1 2 3 4 5 6 7 8 9 10; do echo "quiet $i"; sleep 0.1; done')
  await waitFor(() => merged.entries.some(entry => entry.type === 'ended' && entry.process === 'quiet.1'), {
    what: 'the quiet one',
  })
  expect(merged.text('quiet.1')).toBe(Array.from({ length: 10 }, (_, index) => `quiet ${index + 1}\n`).join(''))
  await waitFor(() => merged.entries.some(entry => entry.type === 'ended' && entry.process === 'flood.1'), {
    timeoutMs: 60_000,
    what: 'the flood',
  })
  let byte = 0
  for (const entry of merged.entries) {
    if (!('process' in entry) || entry.process !== 'flood.1') continue
    if (entry.type === 'line') {
      expect(entry.byte).toBe(byte)
      byte += entry.text.length + (entry.isCut ? 0 : 1)
    } else if (entry.type === 'skipped') {
      expect(entry.byte).toBe(byte)
      byte += entry.bytes
    }
  }
  // Its last line has no end.
  expect(byte - 1).toBe(300_000_000)
  expect(await ground.hub.size(flooding)).toBe(300_000_000)
  expect(merged.entries.some(({ type }) => type === 'skipped')).toBe(true)
}, 90_000)

test('a client that reads nothing holds up nobody', async () => {
  const ground = await startLocalGround()
  const id = randomUUID()
  const source = {
    processes: () => [{ id, label: 'web.1' }],
    runsOf: ground.runsOf,
    changed: (_: string | null, signal: AbortSignal) => ground.changed(signal),
  }
  const merged = openMerged({ hub: ground.hub, source, lines: 0, since: null, follow: true, now: Date.now })
  onTestFinished(() => merged.close())
  const job = await ground.run(id, 'yes | head -c 50000000; echo the end')
  await ground.ended(job)
  const read = collect(merged.output)
  await waitFor(() => read.entries.some(({ type }) => type === 'ended'), { timeoutMs: 30_000, what: 'the end' })
  expect(read.entries.some(({ type }) => type === 'skipped')).toBe(true)
  expect(read.text().endsWith('the end\n')).toBe(true)
}, 60_000)

test('over ssh: a lost host is told of, and nothing is missing or twice when it is back', async () => {
  const host = await startSyncHost()
  onTestFinished(() => host.stop())
  const ground = await startOutputGround('box', () => host.connect())
  const ids = Array.from({ length: 12 }, () => randomUUID())
  const labels = Object.fromEntries(ids.map((id, index) => [id, `p.${index + 1}`]))
  const merged = open(ground, labels, { follow: true })
  const runs = await Promise.all(
    ids.map(id => ground.run(id, 'i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo "line $i"; sleep 0.1; done')),
  )
  await waitFor(() => ids.every((_, index) => merged.text(`p.${index + 1}`).includes('line 5\n')), {
    timeoutMs: 30_000,
    what: 'some lines of each',
  })
  host.sshd.cutConnections()
  await waitFor(() => merged.entries.some(({ type }) => type === 'away'), { what: 'word of the loss' })
  await waitFor(() => merged.entries.filter(({ type }) => type === 'ended').length === ids.length, {
    timeoutMs: 60_000,
    what: 'the end of each',
  })
  const all = Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join('')
  for (const [index] of runs.entries()) expect(merged.text(`p.${index + 1}`)).toBe(all)
}, 120_000)
