/**
 * kill -9 of the core, of the agent, of what watches a run and of the run itself, while processes are started, stopped, restarted and fall:
 * afterwards each stands as it is wanted to, runs once or not at all, and is shown as it is.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isAlive, pidsWithEnv, processArguments, processText, signalAll } from '../helpers/processes.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { type Project, projectFolder, projectOf } from '../helpers/project.ts'
import { waitFor } from '../helpers/wait.ts'

const ROUNDS = 12
/** Each mark is one run: of whoever carries it there is to be one at most. */
const PROCFILE = [
  "web: MARK=web exec sh -c 'while :; do sleep 0.05; done'",
  "flaky: MARK=flaky exec sh -c 'sleep 0.2; exit 7'",
  'needy: MARK=needy exec sleep 1000',
].join('\n')
const SETTINGS = [
  'processes:',
  '  web: { restart: always, backoff: { initial: 100ms, max: 200ms } }',
  '  flaky: { restart: on-failure, backoff: { initial: 100ms, max: 200ms } }',
  '  needy: { depends_on: { web: started } }',
].join('\n')

let product: Product
let project: Project

beforeAll(async () => {
  product = await openProduct()
  const folder = projectFolder(product.home.dir, { Procfile: PROCFILE, 'drover.yaml': SETTINGS })
  await product.status()
  project = projectOf((method, input) => product.call(method, input), folder)
})
afterAll(() => product.close())

/** The same numbers for the same seed, so that a run that failed can be had again. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** The runs that go on, all of them at one and the same moment: a process is looked at after another, and one may end meanwhile. */
function runsOf(name: string): number[] {
  const first = new Map(pidsWithEnv(`MARK=${name}`).map(pid => [/\0DROVER_JOB=([^\0]*)/.exec(processText(pid))?.[1], pid]))
  first.delete(undefined)
  return [...first.values()].filter(isAlive).filter(isAlive)
}

const parts = (verb: string) => pidsWithEnv(`HOME=${product.home.dir}`).filter(pid => processArguments(pid).includes(verb))

const VICTIMS: Record<string, () => Promise<void> | void> = {
  core: () => product.killCore(),
  agent: () => signalAll(parts('serve'), 'SIGKILL'),
  watcher: () => signalAll(parts('run').slice(0, 1), 'SIGKILL'),
  run: () => signalAll(runsOf('web'), 'SIGKILL'),
}
type Deed = 'up' | 'down' | 'restart' | 'start' | 'stop'

async function act(deed: Deed): Promise<void> {
  const { folder } = project
  if (deed === 'up') await product.call('project.up', { folder })
  else if (deed === 'down') await product.call('project.down', { project: folder, graceMs: 500 })
  else if (deed === 'stop') await product.call('process.stop', { project: folder, processes: ['web'], graceMs: 500 })
  else await product.call(`process.${deed}`, { project: folder, processes: ['web'] })
}

test.each([1, 2])('in any order: seed %i', async seed => {
  const next = random(seed)
  const one = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  await act('up')
  for (let round = 0; round < ROUNDS; round++) {
    const deed = one<Deed>(['up', 'down', 'restart', 'start', 'stop'])
    const victim = one(Object.keys(VICTIMS))
    const under = act(deed).catch(() => undefined) // A core that dies does not answer.
    if (next() < 0.5) await new Promise(resolve => setTimeout(resolve, next() * 150))
    await VICTIMS[victim]?.()
    await under
    await product.status()
    for (const name of ['web', 'flaky', 'needy'])
      expect(runsOf(name).length, `${name} after ${deed} and kill of ${victim}`).toBeLessThan(2)
  }
  await act('down')
  for (const label of ['web.1', 'flaky.1', 'needy.1']) {
    await project.until(label, ({ state }) => state === 'stopped', `is stopped at the end of seed ${seed}`)
  }
  await waitFor(() => ['web', 'flaky', 'needy'].every(name => pidsWithEnv(`MARK=${name}`).length === 0), {
    what: 'all to be gone',
  })
  await act('up')
  await project.until('web.1', ({ state }) => state === 'running', 'runs')
  await project.until('needy.1', ({ state }) => state === 'running', 'runs')
  await waitFor(() => runsOf('web').length === 1 && runsOf('needy').length === 1, { what: 'one of each' })
})

test('what its host was told of nobody has forgotten: each run of it is a job, once', async () => {
  await act('up')
  const { runs } = await product.call('process.runs', { project: project.folder, process: 'flaky.1' })
  expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length)
  expect(readFileSync(join(project.folder, 'Procfile'), 'utf8')).toBe(PROCFILE)
  await act('down')
})
