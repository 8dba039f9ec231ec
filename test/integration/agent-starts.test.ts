/** Many jobs asked for at once: what one program does for all of them is done for each, and what goes wrong with one goes wrong with it alone. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ended, isRunning, jobSpec, makeAgentHost, record, SHELLS } from '../helpers/agent-host.ts'
import { keptProcess, nthRun, processSpec, startProcess } from '../helpers/agent-process.ts'
import { isAlive, processArguments, signalAll } from '../helpers/processes.ts'
import { waitFor } from '../helpers/wait.ts'

const TERMINAL = { columns: 80, rows: 24 }
const AGAIN = '[ -e once ] && exec sleep 1000; echo >once; exit 1'

describe.each(SHELLS)('in %s', shell => {
  test('jobs, terminals and processes that are asked for at once begin, each as alone; what cannot be is refused', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    const old = await startProcess(agent, 'exit 0', { restart: 'never' })
    const busy = await startProcess(agent, 'exec sleep 1000')
    await ended(agent, old.first.id)
    await isRunning(agent, busy.first.id)
    const plain = jobSpec("echo it\\'s; exit 3")
    const terminal = jobSpec('echo tty; exit 4', { terminal: TERMINAL })
    const fresh = jobSpec(AGAIN, { process: processSpec() })
    const next = jobSpec('exec sleep 1000', { process: { ...processSpec(), id: old.id } })
    const refused = jobSpec('echo never', { process: { ...processSpec(), id: busy.id } })
    const odd = jobSpec('echo never', { folder: '/a\0b' })
    const specs = [plain, refused, odd, terminal, fresh, next, plain, old.spec]
    const told = await Promise.allSettled([...specs.map(spec => agent.start(spec)), agent.stat(next.id)])
    expect(told.map(one => (one.status === 'rejected' ? (one.reason.code ?? one.reason.name) : one.value?.id))).toEqual([
      ...[plain.id, 'CONFLICT', 'TypeError', terminal.id, fresh.id, next.id, plain.id, old.first.id],
      next.id,
    ])
    expect(await ended(agent, plain.id)).toMatchObject({ exitCode: 3 })
    expect(host.file(plain.id, 'output.log')).toBe("it's\n")
    expect(await ended(agent, terminal.id)).toMatchObject({ exitCode: 4 })
    expect(await nthRun(agent, fresh.process?.id ?? '', 2)).toMatchObject({ process: { run: 2 } })
    expect(await isRunning(agent, next.id)).toMatchObject({ process: { id: old.id, run: 2 } })
    expect((await agent.list()).map(job => job.id)).not.toContain(refused.id)
  })

  test('they hear every signal, and nobody waits for them but who watches each', async () => {
    const host = makeAgentHost(shell)
    const agent = record(await host.open())
    const specs = [1, 2, 3].map(() =>
      jobSpec('exec sleep 1000', { process: processSpec({ initialMs: 1_000_000, maxMs: 3_000_000 }) }),
    )
    await Promise.all(specs.map(spec => agent.start(spec)))
    for (const { id } of specs) await isRunning(agent, id)
    const watchers = specs.map(({ id }) => Number(host.file(id, 'watcher')?.split(' ')[0]))
    expect(new Set(watchers).size).toBe(3)
    const starters = () => host.processes().filter(pid => processArguments(pid).includes('run') && !watchers.includes(pid))
    await waitFor(() => starters().length === 0, { what: 'who began them to be gone' })
    const [stopped, waiting, other] = specs
    await agent.stop(stopped?.id ?? '', { signal: 'INT', graceMs: 60_000 })
    expect(await ended(agent, stopped?.id ?? '')).toMatchObject({ signal: 'INT' })
    // Whoever waits to begin the next run is ended with what it sleeps by, and nobody else is.
    signalAll([Number(host.file(waiting?.id ?? '', 'pid'))], 'SIGKILL')
    await ended(agent, waiting?.id ?? '')
    const process = waiting?.process?.id ?? ''
    await waitFor(async () => (await keptProcess(agent, process))?.nextAt, { what: 'the plan' })
    await agent.stopProcess(process, { signal: 'TERM', graceMs: 0, onlyJob: null })
    await waitFor(() => !isAlive(watchers[1] ?? 0), { what: 'its keeper to be gone' })
    const naps = () => host.processes().filter(pid => /^\d+\.\d{3}$/.test(processArguments(pid)[1] ?? ''))
    expect(naps()).toEqual([])
    expect((await agent.stat(other?.id ?? ''))?.state).toBe('running')
  })
})

test('a job whose starter was killed before it began is lost, and nobody begins it later', async () => {
  const host = makeAgentHost()
  const setsid = join(host.env.PATH?.split(':')[0] ?? '', 'setsid')
  rmSync(setsid, { force: true })
  writeFileSync(setsid, '#!/bin/sh\nexit 0\n', { mode: 0o700 })
  const agent = record(await host.open())
  const spec = jobSpec('echo ran; exec sleep 1000', { process: processSpec({ restart: 'never' }) })
  const plain = jobSpec('echo ran')
  const states = await Promise.all([agent.start(spec), agent.start(plain)])
  expect(states.map(({ state }) => state)).toEqual(['lost', 'lost'])
  rmSync(setsid)
  symlinkSync('/usr/bin/setsid', setsid)
  const later = record(await host.open())
  await later.start(jobSpec('exit 0'))
  expect(await later.start(spec)).toMatchObject({ state: 'lost', reason: 'its start was interrupted' })
  expect(host.file(spec.id, 'output.log')).toBe('')
})

test('a run is counted once among those before, also when that was cut off and is done again', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const { id, first } = await startProcess(agent, `echo 1234567; until [ -e go ]; do sleep 0.02; done; ${AGAIN}`)
  await isRunning(agent, first.id)
  await waitFor(() => host.file(first.id, 'output.log') === '1234567\n')
  const place = join(host.root, 'processes', id)
  // As a keeper leaves it that was killed before it made the next run the newest one.
  writeFileSync(join(place, 'next'), `${first.id} ${randomUUID()}\n`)
  writeFileSync(join(place, 'runs'), `${first.id} 8\n`)
  writeFileSync(join(first.workdir, 'go'), '')
  await nthRun(agent, id, 2)
  expect(readFileSync(join(place, 'runs'), 'utf8')).toBe(`${first.id} 8\n`)
  expect(readFileSync(join(place, 'kept'), 'utf8')).toBe('1 8\n')
})

test('a start that was cut off gets the number that is next when it is sent again', async () => {
  const host = makeAgentHost()
  const agent = record(await host.open())
  const { id, first } = await startProcess(agent, 'exit 0', { restart: 'never' })
  await ended(agent, first.id)
  const spec = jobSpec('exec sleep 1000', { process: { ...processSpec(), id } })
  const dir = join(host.root, 'jobs', spec.id)
  mkdirSync(dir)
  await host.exec(
    `cd "$HOME/.drover/jobs/${first.id}" && cp owner worker cwd cmd script boot_id spec said output.log ../${spec.id}`,
  )
  writeFileSync(join(dir, 'process'), `${id} 7\n`)
  expect(await agent.start(spec)).toMatchObject({ process: { id, run: 2 } })
  expect(await keptProcess(agent, id)).toMatchObject({ run: 2, jobId: spec.id })
})
