/**
 * Files of this computer that an app on a host opens: they travel there, and come back when they were changed; when both sides were, both
 * are kept. What places and launches stands in for itself here: it begins the app's command as an ordinary job on that host.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

test('what a core had sent when it ended, before any app was begun, does not stay there', async () => {
  const { visits, live, look, file, host, anew } = await ground()
  await visits.send('box', live, file)
  await look()
  expect(readdirSync(join(host.root, 'visits'))).toHaveLength(1) // Its app may be on its way.
  await anew().look()
  expect(readdirSync(join(host.root, 'visits'))).toEqual([])
})

test('what is no file, or is not there, begins nothing', async () => {
  const { open, folder, host } = await ground()
  await expect(open([folder])).rejects.toMatchObject({ code: 'BAD_INPUT' })
  await expect(open([join(folder, 'none')])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(() => readdirSync(join(host.root, 'visits'))).toThrow('ENOENT')
})

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
  const anew = () =>
    new FileVisits({
      table: store.visits,
      live: () => live,
      isRunning: () => isRunning,
      returned: what => told.push(what),
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
    place: async () => ({ placement: { host: 'box', reason: '', score: 1, candidates: [] } satisfies Placement }),
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
    open: async (targets: readonly string[]) => {
      const wish = { app: 'draw', action: null, host: null, targets, display: null, newInstance: false }
      await openApp({ catalogue, visits, ready: async () => live, launcher }, wish)
      return begun
    },
    look: () => visits.look(),
    anew: () => {
      visits.close()
      const next = anew()
      onTestFinished(() => next.close())
      return { look: () => next.look() }
    },
    end: () => {
      isRunning = false
    },
  }
}
