/**
 * kill -9 of a random part at a random moment, again and again, while several people push: whatever was acknowledged is found afterwards,
 * ended in its true state, ran exactly once, and has its whole output. The seed is printed; DROVER_SOAK_SEED repeats its choices (though
 * not the machine's timing), DROVER_SOAK_ROUNDS sets how many.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { folderKey } from '../../src/main/jobs/sync/folder-key.ts'
import type { JobView } from '../../src/shared/domain.ts'
import { KillGround } from '../helpers/kill-ground.ts'
import { isAlive, pidsWithEnv, processArguments, processName, signalAll } from '../helpers/processes.ts'
import type { CliResult, Product, Running } from '../helpers/product.ts'
import { waitFor, within } from '../helpers/wait.ts'

const ROUNDS = Number(process.env.DROVER_SOAK_ROUNDS ?? 200)
const SEED = Number(process.env.DROVER_SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32))
/** So many push at the same time, each in a folder of its own, and each meets the others' kills too. */
const LANES = 3
const LONGEST_MOMENT_MS = 900
const LONG_LINES = 100_000
const SHORT_LINES = 3
const EXIT_NO_CODE = 125

const VICTIMS = ['core', 'command line', 'agent', 'connections', 'rsync'] as const
type Victim = (typeof VICTIMS)[number]
type Plan = {
  round: number
  victim: Victim
  momentMs: number
  hasTerminal: boolean
  hasFiles: boolean
  isDetached: boolean
  lines: number
  code: number
}
/** `hasLostRsync`: an rsync that sent its folder, at either end, was killed while it was pushed. */
type Kept = { plan: Plan; id: string | undefined; ran: string; hasLostRsync: () => boolean }
/** A kill of rsync hits whichever lanes send files at that moment. */
type Loss = { folder: string; at: number }
type Lane = { folder: string; losses: readonly Loss[]; killRsyncs: () => void }

test(`${ROUNDS} kills at random lose and double nothing (seed ${SEED})`, async () => {
  console.info(`random kills: DROVER_SOAK_SEED=${SEED} DROVER_SOAK_ROUNDS=${ROUNDS}`)
  const ground = await KillGround.open()
  try {
    const plans = makePlans()
    const kept: Kept[] = []
    const losses: Loss[] = []
    const folders = Array.from({ length: LANES }, (_, number) => join(ground.product.home.dir, `lane-${number}`))
    const killRsyncs = () => losses.push(...killedRsyncs(ground, folders))
    const lane = async (folder: string) => {
      for (let plan = plans.shift(); plan; plan = plans.shift()) {
        kept.push(await round(ground, plan, { folder, losses, killRsyncs }))
      }
    }
    const failed = (error: unknown) => {
      plans.length = 0 // The other lanes end with it: what they start would be in the way of whoever clears up.
      throw error
    }
    for (const end of await Promise.allSettled(folders.map(folder => lane(folder).catch(failed))))
      if (end.status === 'rejected') throw end.reason
    // What was true at the end of each round is so still, to a new core as well.
    await ground.product.killCore()
    for (const one of kept) if (one.id !== undefined) await isTrue(ground, one, one.id)
    const outcomes = Object.groupBy(await ground.product.jobs(), job => job.outcome ?? job.state)
    console.info(`pushes that lost an rsync: ${kept.filter(one => one.hasLostRsync()).length}`)
    console.info(Object.fromEntries(Object.entries(outcomes).map(([outcome, jobs]) => [outcome, jobs?.length])))
  } finally {
    await ground.close()
  }
})

async function round(ground: KillGround, plan: Plan, { folder, losses, killRsyncs }: Lane): Promise<Kept> {
  const { product, box } = ground
  const startedAt = performance.now()
  const ran = join(box.home, `ran-${plan.round}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'round'), `${plan.round}\n`)
  const words = [
    ...(plan.hasFiles ? [] : ['-n']),
    ...(plan.isDetached ? ['-d'] : []),
    plan.hasTerminal ? '--tty' : '--no-tty',
    ...['--on', 'box', '--', lineOf(plan, ran)],
  ]
  const cli = product.begin(['push', ...words], { cwd: folder, input: '' })
  await delay(plan.momentMs) // The random moment is what this test is about.
  if (plan.victim === 'rsync') killRsyncs()
  else kill(ground, plan.victim, cli)
  return await outcome(ground, plan, { cli, startedAt, folder, losses, ran }).catch(async cause => {
    throw new Error(`${cause.message}; ${await testimony(ground, plan, ran, cli)}`, { cause })
  })
}

type Begun = { cli: Running; startedAt: number; folder: string; losses: readonly Loss[]; ran: string }

async function outcome(ground: KillGround, plan: Plan, { cli, startedAt, folder, losses, ran }: Begun): Promise<Kept> {
  const result = await within(cli.done, { timeoutMs: 90_000, what: `the end of ${JSON.stringify(plan)}` })
  const job = await waitFor(async () => ({ found: await find(ground, plan, ran) }), { timeoutMs: 60_000, what: 'a list of jobs' })
  let endedAt = Number.POSITIVE_INFINITY
  const hasLostRsync = () => losses.some(({ at, ...loss }) => loss.folder === folder && at > startedAt && at < endedAt)
  const kept = { plan, id: job.found?.id, ran, hasLostRsync }
  if (job.found) await isTrue(ground, kept, job.found.id, result)
  else isNever(kept, result)
  endedAt = performance.now()
  return kept
}

/** What there is to see before everything is torn down. */
async function testimony(ground: KillGround, plan: Plan, ran: string, cli: Running): Promise<string> {
  const { product, box } = ground
  const job = await find(ground, plan, ran).catch((error: Error) => error.message)
  const files = typeof job === 'object' ? join(box.home, '.drover/jobs', job.id) : ''
  const processes = [...pidsOf(product), ...box.pids()].map(pid => `${pid} ${processArguments(pid).join(' ').slice(0, 200)}`)
  return [
    `its job is ${JSON.stringify(job)}`,
    `on the host are ${existsSync(files) ? readdirSync(files).join(' ') : 'no files of it'}`,
    `the command line said ${JSON.stringify(cli.output.stdout.slice(-300))} and ${JSON.stringify(cli.output.stderr.slice(-2000))}`,
    `its process is ${cli.child.pid}; there run\n${processes.join('\n')}`,
    `and the core's log ends with\n${product.coreLog().slice(-6000)}`,
  ].join('; ')
}

function lineOf({ round, hasFiles, lines, code }: Plan, ran: string): string {
  return `echo x >>${ran}; ${hasFiles ? 'cat round; ' : ''}seq 1 ${lines}; echo end of ${round}; exit ${code}`
}

function outputOf({ round, hasFiles, lines, hasTerminal }: Plan): string {
  const numbers = Array.from({ length: lines }, (_, index) => index + 1)
  const all = [...(hasFiles ? [round] : []), ...numbers, `end of ${round}`]
  return all.map(line => line + (hasTerminal ? '\r\n' : '\n')).join('')
}

/** A victim that does not run at this moment is spared. */
function kill({ product, box }: KillGround, victim: Exclude<Victim, 'rsync'>, cli: Running): void {
  switch (victim) {
    case 'core':
      kill9(pidsOf(product).filter(pid => processArguments(pid).some(word => word.endsWith('headless.js'))))
      break
    case 'command line':
      cli.child.kill('SIGKILL')
      break
    case 'agent':
      kill9(box.pids().filter(pid => processArguments(pid).includes('serve')))
      break
    case 'connections':
      box.cutConnections()
  }
}

/** Of all lanes, at both ends; says whose they were. */
function killedRsyncs({ product, box }: KillGround, folders: readonly string[]): Loss[] {
  const rsyncs = [...pidsOf(product), ...box.pids()].filter(pid => processName(pid) === 'rsync' && isAlive(pid))
  const words = new Set(rsyncs.flatMap(processArguments))
  const at = performance.now()
  kill9(rsyncs)
  const copies = join(box.home, '.drover/folders')
  const owners = existsSync(copies) ? readdirSync(copies).map(key => join(copies, key, 'owner')) : []
  const owner = owners.filter(existsSync).map(path => readFileSync(path, 'utf8'))[0]
  const isSent = (folder: string) => words.has(`${folder}/`) || words.has(`${copies}/${folderKey(owner ?? '', folder)}/tree/`)
  return folders.filter(isSent).map(folder => ({ folder, at }))
}

function pidsOf(product: Product): number[] {
  return pidsWithEnv(`DROVER_TEST_PRODUCT=${product.home.dir}`)
}

function kill9(pids: readonly number[]): void {
  signalAll(pids, 'SIGKILL')
}

/** The job has ended as its plan says, once, with all its output; its command line, where it lived, said just that. */
async function isTrue({ product }: KillGround, { plan, ran, hasLostRsync }: Kept, id: string, cli?: CliResult): Promise<void> {
  const about = JSON.stringify(plan)
  let job: JobView | undefined
  await waitFor(
    async () => {
      job = (await product.call('job.get', { job: id })).job
      return job.state === 'ended'
    },
    { timeoutMs: 60_000, what: about },
  ).catch(cause => {
    throw new Error(`${cause.message}: ${JSON.stringify(job)}`, { cause })
  })
  // Nobody but rsync can say what it had when it was killed: that push fails, and says so.
  const hasFailed = hasLostRsync() && job?.outcome === 'failed' && /rsync|while receiving/.test(job.reason ?? '')
  if (!hasFailed)
    expect(job, `${about} ${job?.reason}`).toMatchObject({ outcome: 'exited', exitCode: plan.code, unknownSince: null })
  expect(runsOf(ran), about).toBe(hasFailed ? 0 : 1)
  const log = await waitFor(
    async () => {
      const { code, stdout } = await product.drover(['logs', id])
      return code === 0 && { stdout }
    },
    { timeoutMs: 60_000, what: `the log of ${about}` },
  )
  isSame(log.stdout, hasFailed ? '' : outputOf(plan), about)
  if (!cli || cli.code === null) return
  if (plan.isDetached) expect(cli, about).toMatchObject({ code: 0, stdout: `${id}\n` })
  else {
    expect(cli.code, `${about} ${cli.stderr}`).toBe(hasFailed ? EXIT_NO_CODE : plan.code)
    isSame(cli.stdout, log.stdout, about)
  }
}

/** Only a command line that was killed, or that said that it failed, may leave no job; and then nothing ran. */
function isNever({ plan, ran }: Kept, cli: CliResult): void {
  const about = JSON.stringify(plan)
  expect(cli.code, about).not.toBe(0)
  expect(cli.stdout, about).toBe('')
  expect(runsOf(ran), about).toBe(0)
}

/** Megabytes do not belong into a message. */
function isSame(text: string, wanted: string, about: string): void {
  if (text === wanted) return
  let at = 0
  while (at < text.length && text[at] === wanted[at]) at += 1
  throw new Error(
    `${about}: ${text.length} bytes in place of ${wanted.length}, other from byte ${at} on: ${text.slice(at, at + 80)}`,
  )
}

function runsOf(ran: string): number {
  return existsSync(ran) ? readFileSync(ran, 'utf8').trim().split('\n').length : 0
}

async function find({ product }: KillGround, plan: Plan, ran: string): Promise<JobView | undefined> {
  const { jobs } = await product.call('job.list', {})
  return jobs.find(({ command }) => 'line' in command && command.line === lineOf(plan, ran))
}

function makePlans(): Plan[] {
  const random = randomNumbers(SEED)
  const oneOf = <T>(things: readonly T[]): T => things[Math.floor(random() * things.length)] as T
  return Array.from({ length: ROUNDS }, (_, round) => ({
    round,
    victim: oneOf(VICTIMS),
    momentMs: random() * LONGEST_MOMENT_MS,
    hasTerminal: oneOf([true, false]),
    hasFiles: oneOf([true, false]),
    isDetached: oneOf([true, false, false]),
    lines: oneOf([SHORT_LINES, LONG_LINES]),
    code: oneOf([0, 1, 7, 126]),
  }))
}

/** Mulberry32: the same numbers for the same seed, everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
