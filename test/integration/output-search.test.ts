/** The search of all that processes have printed, on real logs of real runs. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lineSince, timed } from '../../src/main/supervisor/output/print-times.ts'
import { type OutputQuery, searchOutput } from '../../src/main/supervisor/output/search.ts'
import { AppError } from '../../src/shared/errors.ts'
import { type OutputGround, startLocalGround } from '../helpers/output-ground.ts'
import { waitFor } from '../helpers/wait.ts'

/** Of all runs; from call to call until there is no more. */
async function searched(ground: OutputGround, labels: Record<string, string>, query: Partial<OutputQuery>) {
  const runs = Object.entries(labels).flatMap(([id, process]) => ground.runsOf(id).map(job => ({ process, job })))
  const found: string[] = []
  const shares: number[] = []
  let cursor: string | null = null
  do {
    const whole = { pattern: '', isRegex: false, ignoreCase: true, limit: 100, ...query, cursor }
    const answer = await searchOutput(whole, { runs, live: () => ground.link.live })
    found.push(...answer.matches.map(({ process, run, byte, text }) => `${process} ${run} ${byte} ${text}`))
    shares.push(answer.share)
    cursor = answer.cursor
  } while (cursor !== null)
  return { found, shares }
}

test.each(['dash', 'busybox'] as const)(
  'newest runs come first, each from its beginning, however few are asked for at once (%s)',
  async shell => {
    const ground = await startLocalGround(shell)
    const [web, db] = [randomUUID(), randomUUID()]
    const labels = { [web]: 'web.1', [db]: 'db.1' }
    await ground.ended(await ground.run(web, 'echo one needle; echo hay; echo two NEEDLE'))
    await ground.ended(await ground.run(db, 'printf "hay\\nprogress 10%%\\rneedle at the end"'))
    // Beyond what is looked through at once, with one at the very edge.
    await ground.ended(
      await ground.run(
        web,
        'yes $(seq 1 50) | head -c 1048575; echo; echo first needle; yes $(seq 1 50) | head -c 3000000; echo; echo last needle',
      ),
    )
    const all = [
      'web.1 2 1048576 first needle',
      'web.1 2 4048590 last needle',
      'db.1 1 17 needle at the end',
      'web.1 1 0 one needle',
      'web.1 1 15 two NEEDLE',
    ]
    expect((await searched(ground, labels, { pattern: 'needle' })).found).toEqual(all)
    const bit = await searched(ground, labels, { pattern: 'needle', limit: 1 })
    expect(bit.found).toEqual(all)
    expect(bit.shares).toEqual(bit.shares.toSorted((one, other) => one - other))
    expect(bit.shares.at(-1)).toBe(1)
    const exact = await searched(ground, labels, { pattern: 'NEEDLE', ignoreCase: false })
    expect(exact.found).toEqual(['web.1 1 15 two NEEDLE'])
    const regex = await searched(ground, labels, { pattern: '^needle.*end$', isRegex: true })
    expect(regex.found).toEqual(['db.1 1 17 needle at the end'])
    expect((await searched(ground, { [db]: 'db.1' }, { pattern: 'one' })).found).toEqual([])
  },
  60_000,
)

test('a pattern or a cursor that is none is refused; a host that is away is named; a log that is gone is passed over', async () => {
  const ground = await startLocalGround()
  const id = randomUUID()
  const job = await ground.run(id, 'echo needle')
  await ground.ended(job)
  const runs = ground.runsOf(id).map(run => ({ process: 'web.1', job: run }))
  const query = { pattern: 'needle', isRegex: false, ignoreCase: true, limit: 10, cursor: null }
  const live = () => ground.link.live
  await expect(searchOutput({ ...query, pattern: '(', isRegex: true }, { runs, live })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  })
  for (const cursor of ['', '{}', '{"createdAt":-1,"jobId":"x","byte":0}']) {
    await expect(searchOutput({ ...query, cursor }, { runs, live })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  }
  expect(await searchOutput(query, { runs, live: () => null })).toMatchObject({
    matches: [],
    silentHosts: ['local'],
    cursor: null,
  })
  await ground.link.live?.agent.remove(job)
  expect(await searchOutput(query, { runs, live })).toEqual({ matches: [], silentHosts: [], cursor: null, share: 1 })
})

test('lines that are found have the time at which they were printed, by which output since then is found too', async () => {
  const ground = await startLocalGround()
  const web = randomUUID()
  const jobId = await ground.run(web, 'seq 10 99; exec sleep 1000')
  await waitFor(async () => (await ground.hub.size(jobId).catch(() => 0)) === 270, { what: 'all of it' })
  const found = [
    { process: 'web.1', jobId, run: 1, byte: 30, at: null, text: '20' },
    { process: 'web.1', jobId, run: 1, byte: 267, at: null, text: '99' },
  ]
  const { startedAt } = ground.jobs.get(jobId)
  const before = await timed(ground.hub, found, { now: () => 5_000_000 })
  expect(before.map(({ at }) => at)).toEqual([startedAt, startedAt])
  // It had printed 40 bytes, which ends within a line, at 1000 s, and 90 at 2000 s.
  writeFileSync(join(ground.link.live?.agent.info.root ?? '', 'jobs', jobId, 'log_times'), '40 1000\n90 2000\n')
  expect((await timed(ground.hub, found, { now: () => 5_000_000 })).map(({ at }) => at)).toEqual([1_000_000, 5_000_000])
  const since = (at: number) => lineSince(ground.hub, jobId, at)
  expect([await since(900_000), await since(1_500_000), await since(3_000_000)]).toEqual([0, 42, 90])
})

test('a host that fails is named, once for the whole search, and what others have is found all the same', async () => {
  const ground = await startLocalGround()
  const id = randomUUID()
  for (const line of ['one', 'two', 'three']) await ground.ended(await ground.run(id, `echo ${line} needle; echo another needle`))
  const runs = ground.runsOf(id).map((job, index) => ({ process: 'web.1', job: index === 1 ? job : { ...job, host: 'bad' } }))
  let asked = 0
  const exec = () => {
    asked += 1
    return Promise.reject(new AppError('HOST_UNREACHABLE', 'It went away just now'))
  }
  const { live } = ground.link
  if (!live) throw new Error('This machine is always there')
  const broken = { ...live, transport: { ...live.transport, exec } }
  const options = { runs, live: (host: string) => (host === 'bad' ? broken : live) }
  const query = { pattern: 'needle', isRegex: false, ignoreCase: true, limit: 1 }
  const page = await searchOutput({ ...query, cursor: null }, options)
  expect(page).toMatchObject({ matches: [{ text: 'two needle' }], silentHosts: ['bad'] })
  const rest = await searchOutput({ ...query, cursor: page.cursor }, options)
  expect(rest).toMatchObject({ matches: [{ text: 'another needle' }], silentHosts: ['bad'] })
  expect(asked).toBe(1)
})
