/** One core a user, and what it wrote, whatever happens to it: with real processes that are really killed. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/main/store/store.ts'
import { AppError } from '../../src/shared/errors.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { waitFor } from '../helpers/wait.ts'

const SCRIPT = join(import.meta.dirname, '../helpers/store-process.ts')

type StoreProcess = { lines(): string[]; kill(): Promise<void> }

function startProcess(path: string, task: string): StoreProcess {
  const child = spawn(process.execPath, [SCRIPT, path, task], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  onTestFinished(() => killNow(child))
  return { lines: () => text.split('\n').slice(0, -1), kill: () => killNow(child) }
}

async function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

const firstLine = (child: StoreProcess) => waitFor(() => child.lines()[0], { what: 'the first line of a store process' })

function codeOfOpening(path: string): string {
  try {
    openStore(path, { lockTimeoutMs: 0 }).close()
    return 'open'
  } catch (error) {
    return error instanceof AppError ? error.code : String(error)
  }
}

test('a second process is CORE_RUNNING until the first is killed, and then goes on with what it left', async () => {
  const path = join(temporaryFolder(), 'drover.db')
  const first = startProcess(path, 'write')
  expect(await firstLine(first)).toBe('open')
  expect(await firstLine(startProcess(path, 'hold'))).toBe('CORE_RUNNING')
  await waitFor(() => first.lines().length > 20, { what: 'twenty jobs' })
  await first.kill()
  expect(await firstLine(startProcess(path, 'hold'))).toBe('open')
})

test('of many that start at once on a fresh file exactly one wins', async () => {
  const path = join(temporaryFolder(), 'drover.db')
  const answers = await Promise.all(Array.from({ length: 6 }, () => firstLine(startProcess(path, 'hold'))))
  expect(answers.toSorted()).toEqual([...Array(5).fill('CORE_RUNNING'), 'open'])
})

test('a refused opening in the process that holds the lock does not lose it', async () => {
  const path = join(temporaryFolder(), 'drover.db')
  const store = openStore(path)
  onTestFinished(() => store.close())
  expect(codeOfOpening(path)).toBe('CORE_RUNNING')
  expect(await firstLine(startProcess(path, 'hold'))).toBe('CORE_RUNNING')
})

test('whatever it said it had written is there after kill -9, at whatever moment it comes', async () => {
  const path = join(temporaryFolder(), 'drover.db')
  for (const jobsBefore of [1, 7, 40, 200]) {
    const writer = startProcess(path, 'write')
    await waitFor(() => writer.lines().length > jobsBefore, { what: `${jobsBefore} jobs` })
    await writer.kill()
    const said = writer.lines().slice(1)
    const store = openStore(path)
    for (const index of said) expect(store.jobs.get(`job-${index}`)).toMatchObject({ state: 'running', startedAt: Number(index) })
    // The killed one may have been between a write and its word: at most one job more, whole or not begun.
    expect(store.jobs.list({ limit: 10_000 }).length - said.length).toBeOneOf([0, 1])
    expect(store.database.sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
    for (const { id } of store.jobs.list({ limit: 10_000 })) store.jobs.remove(id)
    store.close()
  }
})

test('taking on a job waits for the disk, a figure of it does not', () => {
  if (spawnSync('strace', ['-V']).error) throw new Error('This test needs strace: install the Debian package strace')
  const folder = temporaryFolder()
  const path = join(folder, 'drover.db')
  const traceFile = join(folder, 'trace')
  openStore(path).close()
  const options = ['-f', '-o', traceFile, '-e', 'trace=fsync,fdatasync,write']
  execFileSync('strace', [...options, process.execPath, SCRIPT, path, 'once'], { stdio: 'ignore' })
  const steps: string[] = readFileSync(traceFile, 'utf8').match(/fdatasync|fsync|"ready|"inserted|"noted/g) ?? []
  const between = (from: string, to: string) => steps.slice(steps.indexOf(from) + 1, steps.indexOf(to))
  expect(steps).toEqual(expect.arrayContaining(['"ready', '"inserted', '"noted']))
  expect(between('"ready', '"inserted')).not.toEqual([])
  expect(between('"inserted', '"noted')).toEqual([])
})
