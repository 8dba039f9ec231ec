/**
 * Files of this computer that an app on a host opens: they travel there, and come back when they were changed; when both sides were, both
 * are kept. What places and launches stands in for itself here: it begins the app's command as an ordinary job on that host.
 */
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Catalogue } from '../../src/main/apps/catalogue.ts'
import { type AppLauncher, openApp } from '../../src/main/apps/catalogue-launch.ts'
import { FileVisits } from '../../src/main/apps/file-visits.ts'
import type { Live } from '../../src/main/hosts/host-link.ts'
import type { Command, JobView, Placement } from '../../src/shared/domain.ts'
import { makeAgentHost } from '../helpers/agent-host.ts'
import { entryText, writeEntry } from '../helpers/app-host.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { temporaryStore } from '../helpers/temporary-store.ts'

const HOW = { display: null, newInstance: false, isTerminal: false, terminal: null, env: {} }
const NOW = Date.UTC(2026, 4, 6, 7, 8)
const LOG = { info: () => undefined, warning: () => undefined, error: () => undefined, debug: () => undefined } as never

test('a file travels to the host of the app, and what becomes of it comes back once', async () => {
  const { open, look, file, told, host, end } = await ground()
  const [command] = await open([file])
  const remote = command?.at(-1) ?? ''
  expect(command).toEqual(['draw', remote])
  expect(remote.startsWith(`${host.root}/visits/`)).toBe(true)
  expect(readFileSync(remote, 'utf8')).toBe('first')
  await look()
  expect(told).toEqual([])

  writeFileSync(remote, 'second')
  await look()
  await look()
  expect(readFileSync(file, 'utf8')).toBe('second')
  expect(statSync(file).mode & 0o777).toBe(0o640)
  expect(told).toEqual([{ host: 'box', path: file, keptAs: null }])

  // What it writes last, it writes as it ends; then the file is gone from there.
  writeFileSync(remote, 'third')
  end()
  await look()
  expect(readFileSync(file, 'utf8')).toBe('third')
  expect(readdirSync(join(host.root, 'visits'))).toEqual([])
})

test('a name of any length comes back, and a link of this computer stays one', async () => {
  const { open, look, file, folder, end } = await ground()
  const long = join(folder, `${'語'.repeat(83)}.txt`)
  renameSync(file, long)
  symlinkSync(long, file)
  const remote = (await open([file, long]))[0]?.slice(1) ?? []
  for (const path of remote) writeFileSync(path, `by ${path.length}`)
  writeFileSync(long, 'here')
  await look()
  writeFileSync(remote[1] ?? '', 'there again')
  end()
  await look()
  expect(lstatSync(file).isSymbolicLink()).toBe(true)
  expect(readFileSync(long, 'utf8')).toBe('here')
  // Of each of the two what came first was kept beside, and of the other what came then.
  expect(readdirSync(folder)).toHaveLength(5)
})

test('what the app saved beside it stays on the host, and is told', async () => {
  const { open, look, file, stuck, end, host, agent } = await ground()
  const [command] = await open([file])
  const remote = command?.at(-1) ?? ''
  const other = join(dirname(remote), 'another.txt')
  writeFileSync(other, 'saved as')
  writeFileSync(`${remote}~`, 'before')
  end()
  await look()
  await look()
  expect(readdirSync(dirname(remote))).toEqual(['another.txt'])
  expect(stuck).toEqual([{ host: 'box', path: file, why: expect.stringContaining(dirname(remote)) }])
  expect(await visitsIn(agent)).toEqual([])
  rmSync(other)
  expect(await visitsIn(agent)).toEqual([basename(dirname(remote))])
  expect(dirname(dirname(remote))).toBe(join(host.root, 'visits'))
})

test('what cannot come back is told once, and comes when it can', async () => {
  const { open, look, file, folder, stuck, host, visits } = await ground()
  const [command] = await open([file])
  renameSync(folder, `${folder}.away`)
  writeFileSync(command?.at(-1) ?? '', 'second')
  for (let times = 0; times < 5; times++) await look()
  expect(stuck).toEqual([{ host: 'box', path: file, why: expect.stringContaining('does not come back') }])
  renameSync(`${folder}.away`, folder)
  await look()
  expect(readFileSync(file, 'utf8')).toBe('second')
  visits.hostGone('box')
  expect(stuck.at(1)).toMatchObject({ path: file, why: expect.stringContaining('box has left the config') })
  expect(readdirSync(host.root)).toContain('visits')
})

test('gc finds what no core knows any more, when nothing in it is missing here', async () => {
  const { visits, open, file, look, store, agent } = await ground()
  const [first, second] = [(await open([file]))[0]?.at(-1) ?? '', (await open([file]))[1]?.at(-1) ?? '']
  writeFileSync(first, 'came back')
  await look()
  writeFileSync(second, 'not yet')
  for (const { id } of store.visits.list()) {
    expect(visits.isVisiting(id)).toBe(true)
    store.visits.remove(id)
  }
  const [id = '', ...others] = await visitsIn(agent)
  expect([id, others]).toEqual([basename(dirname(first)), []])
  await agent.removeEntry('visit', id)
  await agent.removeEntry('visit', basename(dirname(second))).then(
    () => expect.unreachable(),
    error => expect(error).toMatchObject({ code: 'CONFLICT' }),
  )
  expect(readFileSync(second, 'utf8')).toBe('not yet')
  expect(await visitsIn(agent)).toEqual([])
})

test('a file that was changed on both sides is kept twice, and told of once', async () => {
  const { open, look, file, folder, told, end } = await ground()
  const [command] = await open([`file://${file}`])
  const remote = command?.at(-1) ?? ''
  writeFileSync(remote, 'there')
  writeFileSync(file, 'here')
  await look()
  await look()
  const kept = join(folder, 'my $(x) letter (box 2026-05-06 07.08).txt')
  expect(told).toEqual([{ host: 'box', path: file, keptAs: kept }])
  expect([file, kept].map(path => readFileSync(path, 'utf8'))).toEqual(['here', 'there'])
  writeFileSync(remote, 'there again')
  end()
  await look()
  expect(readdirSync(folder).toSorted()).toEqual([
    'my $(x) letter (box 2026-05-06 07.08 2).txt',
    'my $(x) letter (box 2026-05-06 07.08).txt',
    'my $(x) letter.txt',
  ])
  expect(readFileSync(file, 'utf8')).toBe('here')
})

test('a next core goes on where the last one was; one file at a time is one run each', async () => {
  const { open, file, folder, anew } = await ground('draw %f')
  const other = join(folder, 'other.txt')
  writeFileSync(other, 'other')
  const commands = await open([file, other])
  expect(commands).toHaveLength(2)
  writeFileSync(commands[1]?.at(-1) ?? '', 'changed')
  const { look } = anew()
  await look()
  expect([file, other].map(path => readFileSync(path, 'utf8'))).toEqual(['first', 'changed'])
})

test('a file stays with an app that was begun as its core was killed; one whose app never was does not stay there', async () => {
  const { visits, live, look, file, host, anew, end } = await ground()
  const { there } = await visits.send('box', live, { path: file, jobId: randomUUID() })
  end()
  await look()
  expect(readFileSync(there, 'utf8')).toBe('first') // Its app may be on its way.
  const began = anew({ isRunning: true })
  await began.look()
  writeFileSync(there, 'second')
  await began.look()
  expect(readFileSync(file, 'utf8')).toBe('second')
  await anew({ isRunning: false }).look()
  expect(readdirSync(join(host.root, 'visits'))).toEqual([])
})

test('an app that opens nothing says so', async () => {
  const { open, file } = await ground('draw')
  await expect(open([file])).rejects.toThrow('draw opens no files or addresses')
})

test('what is no file, or is not there, begins nothing', async () => {
  const { open, folder, host } = await ground()
  await expect(open([folder])).rejects.toMatchObject({ code: 'BAD_INPUT' })
  await expect(open([join(folder, 'none')])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(() => readdirSync(join(host.root, 'visits'))).toThrow('ENOENT')
})

async function visitsIn(agent: Live['agent']): Promise<string[]> {
  return (await agent.diskEntries('me')).flatMap(({ kind, id }) => (kind === 'visit' ? [id] : []))
}

async function ground(exec = 'draw %F') {
  const host = makeAgentHost('dash', { env: { XDG_DATA_DIRS: '/nowhere' } })
  writeEntry(host.home, 'draw.desktop', entryText({ Name: 'Draw', Exec: exec }))
  const agent = await host.open()
  const live: Live = { agent, transport: host.transport }
  const store = temporaryStore()
  const folder = join(temporaryFolder(), 'files')
  mkdirSync(folder)
  const file = join(folder, 'my $(x) letter.txt')
  writeFileSync(file, 'first')
  chmodSync(file, 0o640)
  const told: object[] = []
  const stuck: object[] = []
  let isRunning = true
  const catalogue = new Catalogue({
    table: store.apps,
    hosts: () => [{ name: 'box', live }],
    settled: async () => undefined,
    locale: 'C',
    desktops: () => [],
    changed: () => undefined,
    now: () => NOW,
    log: LOG,
  })
  await catalogue.refresh('box', live)
  const anew = (isBegun = () => isRunning) =>
    new FileVisits({
      table: store.visits,
      live: () => live,
      isRunning: isBegun,
      returned: what => told.push(what),
      stuck: what => stuck.push(what),
      now: () => NOW,
      log: LOG,
    })
  const visits = anew()
  onTestFinished(() => {
    catalogue.close()
    visits.close()
  })
  const begun: string[][] = []
  const launcher: AppLauncher = {
    place: async () => ({ host: 'box', reason: '', score: 1, candidates: [] }) satisfies Placement,
    launch: async ({ command }: { command: Command }) => {
      if ('argv' in command) begun.push([...command.argv])
      return { job: { id: `job ${begun.length}` } as JobView }
    },
  }
  return {
    host,
    visits,
    live,
    folder,
    file,
    told,
    stuck,
    store,
    agent,
    open: async (targets: readonly string[]) => {
      const wish = { app: 'draw', action: null, host: null, targets, ...HOW }
      await openApp({ catalogue, visits, ready: async () => live, launcher }, wish)
      return begun
    },
    look: () => visits.look(),
    anew: (state?: { isRunning: boolean }) => {
      visits.close()
      const next = anew(state && (() => state.isRunning))
      onTestFinished(() => next.close())
      return { look: () => next.look() }
    },
    end: () => {
      isRunning = false
    },
  }
}
