import { expect, test } from 'vitest'
import type { HostView, JobView } from '../../shared/domain.ts'
import type { ProcessView, ProjectHead } from '../../shared/process.ts'
import { jobEntries, matchingEntries, unknownId } from './entries.ts'

const job = (index: number, more: Partial<JobView> = {}) =>
  ({
    id: `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`,
    command: { line: `run ${index}` },
    host: 'box',
    state: 'ended',
    isForeign: false,
    ...more,
  }) as unknown as JobView
const host = (name: string) => ({ name, connection: `me@${name}`, isDefault: false }) as unknown as HostView
const NOTHING = { hosts: [], jobs: [], projects: [], processes: [] }
const known = { ...NOTHING, hosts: [host('local'), host('box')], jobs: Array.from({ length: 1000 }, (_, index) => job(index)) }
const titles = (query: string, recents: string[] = []) => matchingEntries(known, query, recents).map(entry => entry.title)

test('with nothing typed: what is of use always; what was chosen lately goes first', () => {
  expect(titles('')[0]).toBe('Push a folder…')
  expect(titles('', ['hosts', 'theme-dark']).slice(0, 2)).toEqual(['Hosts', 'Theme: dark'])
  expect(titles('')).not.toContain('Sign out all browsers…')
})

test('a page that may only look is offered nothing else', () => {
  const all = ['', 'job', 'host box', 'run 1', 'sign', 'push', 'theme'].flatMap(query =>
    matchingEntries({ ...known, isReadonly: true }, query, ['push', 'sign-out']),
  )
  const kinds = new Set(all.map(({ deed }) => (deed.kind === 'dialog' ? deed.dialog : deed.kind)))
  expect([...kinds].toSorted()).toEqual(['host', 'job', 'keys', 'theme', 'view'])
})

test('hosts by name: go there, test, make default', () => {
  expect(titles('box').slice(0, 3).toSorted()).toEqual(['Default host: box', 'Host box', 'Test host box'])
})

test('processes by name: go there, and what can be done with them now', () => {
  const process = (label: string, state: string) => ({ id: label, projectId: 'p', label, state }) as unknown as ProcessView
  const farm = {
    ...NOTHING,
    projects: [{ id: 'p', name: 'farm' } as ProjectHead],
    processes: [process('web.1', 'ready'), process('worker.1', 'dead')],
  }
  const fitting = (query: string, isReadonly = false) =>
    matchingEntries({ ...farm, isReadonly }, query, []).map(entry => entry.title)
  expect(fitting('web.1').toSorted()).toEqual(['Process web.1', 'Restart web.1', 'Stop web.1'])
  expect(fitting('worker.1').toSorted()).toEqual(['Process worker.1', 'Start worker.1'])
  expect(fitting('web.1', true)).toEqual(['Process web.1'])
  expect(fitting('farm')[0]).toBe('Processes of farm')
})

test('an app goes before what runs of it, a view before an app', () => {
  const launch = (name: string) =>
    ({ id: `app:${name}`, title: `Launch ${name}`, deed: { kind: 'launch-app', id: name, name } }) as const
  const running = job(1, { kind: 'app', state: 'running', command: { argv: ['firefox'] } })
  const fitting = (query: string) =>
    matchingEntries({ ...NOTHING, jobs: [running] }, query, [], [launch('Firefox'), launch('Settings')]).map(entry => entry.title)
  expect(fitting('fire')).toEqual(['Launch Firefox', 'firefox', 'Stop: firefox…'])
  expect(fitting('settings')).toEqual(['Settings', 'Launch Settings'])
})

test('the id of an old job finds it', () => {
  expect(titles('00000999')).toContain('run 999')
  expect(titles('run 999')).not.toContain('run 999')
})

test('a whole id finds its job, and one that no job here has is to be asked for', () => {
  const [first, old] = [known.jobs[0], known.jobs[999]]
  for (const one of [first, old]) expect(titles(one?.id ?? '')[0]).toMatch(/^run /)
  expect(unknownId(known.jobs, '00000999')).toBeNull()
  expect(unknownId(known.jobs, ' 0000ABCD ')).toBe('0000abcd')
  for (const text of ['', '000', 'make', 'deed it', `${'0'.repeat(40)}`]) expect(unknownId(known.jobs, text), text).toBeNull()
  const asked = jobEntries(
    job(5, { id: '0000abcd-0000-4000-8000-000000000000', command: { line: 'long ago' }, hasTerminal: true }),
  )
  expect(matchingEntries(known, '0000abcd', [], asked).map(entry => entry.title)).toEqual(['long ago', 'Run again: long ago'])
  expect(asked[1]?.deed).toMatchObject({ kind: 'rerun-job', hasTerminal: true })
})

test('an id and what to do with it are typed together; digits of a command are no id', () => {
  expect(titles('again 00000004')).toEqual(['Run again: run 4'])
  expect(titles('00000999 stop')).toEqual([])
  const [entry] = matchingEntries({ ...NOTHING, jobs: [job(1, { command: { line: 'sleep 4321' } })] }, 'sleep 4321', [])
  expect(entry?.title).toBe('sleep 4321')
})

test('what would lose something has a question; a running job is stopped, an ended one run again', () => {
  const running = matchingEntries({ ...NOTHING, jobs: [job(1, { state: 'running' })] }, 'run 1', [])
  expect(running.find(entry => entry.deed.kind === 'stop-job')?.question).toContain('00000001')
  expect(running.some(entry => entry.deed.kind === 'rerun-job')).toBe(false)
  for (const entry of matchingEntries(known, 'sign out', [])) {
    if (entry.deed.kind === 'sign-out') expect(entry.question).toBeDefined()
  }
})

test('a command that tries to turn the text is shown escaped', () => {
  const [entry] = matchingEntries({ ...NOTHING, jobs: [job(1, { command: { line: 'evil\u202etxt' } })] }, 'evil', [])
  expect(entry?.title).not.toContain('\u202e')
})
