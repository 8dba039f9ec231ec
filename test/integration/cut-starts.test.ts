/**
 * A start that is cut off on its host, at each place where that leaves a job that has not begun, and is stopped then: with the core after
 * that it never runs, is shown as what it is, and what is started next begins.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Gate, makeGate } from '../helpers/gate.ts'
import { pidsWithEnv, signalAll } from '../helpers/processes.ts'
import { type Product, startProduct } from '../helpers/product.ts'
import { projectFolder, projectOf } from '../helpers/project.ts'
import { waitFor } from '../helpers/wait.ts'

const openGated = () => startProduct({}, { path: home => `${join(home, 'gates')}:/usr/local/bin:/usr/bin:/bin` })
const gateOf = (product: Product, program: string, only?: string) => makeGate(join(product.home.dir, 'gates'), program, only)

/** kill -9 of the core, and of everything that serves it or waits at the gate; then the core after that. */
async function killAll(product: Product, gate: Gate): Promise<void> {
  await product.killCore()
  await waitFor(
    () => {
      const left = pidsWithEnv(`HOME=${product.home.dir}`)
      signalAll(left, 'SIGKILL')
      return left.length === 0
    },
    { what: 'all of it to be gone' },
  )
  gate.release()
  await product.status()
}

test.each([
  { place: 'before it is the newest run of its process', gated: { program: 'wc' }, isNewest: false, outcomes: ['cancelled'] },
  // Such a one is taken up by its host, which may be sooner than it hears of the stop.
  {
    place: 'before its starter has claimed it',
    gated: { program: 'setsid', only: 'run' },
    isNewest: true,
    outcomes: ['cancelled', 'stopped'],
  },
])('a run of a process, cut off $place', async ({ gated, isNewest, outcomes }) => {
  const product = await openGated()
  const gate = gateOf(product, gated.program, gated.only)
  const folder = projectFolder(product.home.dir, { Procfile: 'web: echo "$DROVER_JOB" | tee -a began; exec sleep 1000\n' })
  const project = projectOf((method, input) => product.call(method, input), folder)
  const began = () => readFileSync(join(folder, 'began'), 'utf8').trim().split('\n')
  const onHost = (...names: string[]) => join(product.home.dir, '.drover', ...names)
  await product.call('project.up', { folder })
  const first = await project.until('web.1', ({ state }) => state === 'running', 'runs')
  await waitFor(() => existsSync(join(folder, 'began')), { what: 'its first line' })
  await product.call('project.down', { project: folder })
  await project.until('web.1', ({ state }) => state === 'stopped', 'is stopped')

  gate.hold()
  await product.call('project.up', { folder })
  await gate.reached()
  const { jobId, id } = await project.until('web.1', ({ state }) => state === 'starting', 'starts')
  const newest = () => readFileSync(onHost('processes', id, 'newest'), 'utf8').split(' ')[0]
  await waitFor(() => existsSync(onHost('jobs', jobId ?? '', 'spec')), { what: 'the run to be written' })
  await waitFor(() => newest() === (isNewest ? jobId : first.jobId), { what: 'what the newest run is' })
  await product.call('project.down', { project: folder })
  await killAll(product, gate)

  await project.until('web.1', ({ state }) => state === 'stopped', 'is stopped')
  const cut = await product.job(jobId ?? '')
  expect(outcomes).toContain(cut.outcome)
  expect({ ...cut, hasBegun: cut.startedAt !== null }).toMatchObject({ state: 'ended', hasBegun: cut.outcome === 'stopped' })
  await product.call('project.up', { folder })
  const last = await project.until('web.1', ({ state }) => state === 'running', 'runs again')
  await waitFor(() => began().at(-1) === last.jobId, { what: 'its line' })
  expect(began().filter(job => job !== jobId)).toEqual([first.jobId, last.jobId])
  expect(began().includes(jobId ?? '') && cut.outcome === 'cancelled').toBe(false)
})

test('a job whose starter has not claimed it', async () => {
  const product = await openGated()
  const gate = gateOf(product, 'setsid', 'run')
  await product.status()
  gate.hold()
  product.start(['push', '-d', '-n', '--no-tty', '--on', 'local', '--', 'touch ~/began'])
  await gate.reached()
  const { id } = (await product.jobs())[0] ?? { id: '' }
  await waitFor(() => existsSync(join(product.home.dir, '.drover/jobs', id, 'spec')), { what: 'the job to be written' })
  product.call('job.stop', { job: id }).catch(() => undefined) // Its host is not to answer.
  await waitFor(async () => (await product.job(id)).state === 'stopping', { what: 'the wish to be noted' })
  await killAll(product, gate)
  const job = await product.reaches(id, 'ended')
  expect(job).toMatchObject({ outcome: 'cancelled', reason: 'stopped before it ran', startedAt: null })
  expect(existsSync(join(product.home.dir, 'began'))).toBe(false)
})
