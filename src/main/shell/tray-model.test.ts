import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSameView, type TrayItem, type TrayState, trayView } from './tray-model.ts'

const NOTHING: TrayState = { needs: [], apps: [], jobs: [], hosts: [], leaving: '', panel: 'auto' }
const need = (id: string, jobId: string | null = id) => ({
  id: `job:${id}`,
  label: `make ${id} failed`,
  route: `/jobs/${id}`,
  jobId,
})
const job = (id: string, more: Partial<TrayState['jobs'][number]> = {}) =>
  ({ id, kind: 'push', command: { line: `sleep ${id}` }, host: 'box', state: 'running', unknownSince: null, ...more }) as const

const labels = (items: readonly TrayItem[]) => items.map(item => (item.kind === 'line' ? '—' : item.label))
const inMenu = (items: readonly TrayItem[], id: string) => {
  const found = items.find(item => item.id === id)
  return found?.kind === 'menu' ? labels(found.items) : []
}
const all = (items: readonly TrayItem[]): TrayItem[] =>
  items.flatMap(item => [item, ...(item.kind === 'menu' ? all(item.items) : [])])

test('with nothing to tell it opens the window and ends', () => {
  const view = trayView(NOTHING)
  expect(labels(view.items)).toEqual(['Open Drover', 'Quit Drover'])
  expect(view).toMatchObject({ icon: 'fine', title: 'Drover', text: 'Nothing runs' })
})

test('what needs the person comes first, then what can be launched, then what runs, and what goes on without us', () => {
  const { items, icon, text } = trayView({
    needs: [need('1'), need('2', null)],
    apps: [{ id: 'firefox', name: 'Firefox', hosts: ['big', 'box'] }],
    jobs: [job('7'), job('8', { host: null, state: 'queued' }), job('9', { unknownSince: 5 })],
    hosts: [
      { name: 'big', state: 'connected' },
      { name: 'box', state: 'offline' },
    ],
    leaving: '1 job goes on on its host',
    panel: 'auto',
  })
  expect(labels(items)).toEqual([
    'Needs you',
    'make 1 failed',
    'make 2 failed',
    'Dismiss all',
    '—',
    'Firefox',
    '—',
    'sleep 7 on box',
    'sleep 8 (queued)',
    'sleep 9 on box (unknown)',
    '—',
    'Open Drover',
    'Quit Drover (1 job goes on on its host)',
  ])
  expect(icon).toBe('needs-you')
  expect(text).toBe('2 things need you, 2 jobs under way, 1 job unknown, 1 of 2 hosts connected')
  expect(inMenu(items, 'job:1')).toEqual(['Open', 'Log', 'Run again', 'Dismiss'])
  expect(inMenu(items, 'job:2')).toEqual(['Open', 'Dismiss'])
  expect(inMenu(items, 'app:firefox')).toEqual(['On the best host', 'On big', 'On box'])
  expect(inMenu(items, 'job:7')).toEqual(['Open', 'Stop'])
})

test('the icon says how things are', () => {
  const away = { name: 'box', state: 'offline' } as const
  expect(trayView({ ...NOTHING, jobs: [job('1')] }).icon).toBe('working')
  expect(trayView({ ...NOTHING, jobs: [job('1', { unknownSince: 3 })] }).icon).toBe('fine')
  expect(trayView({ ...NOTHING, jobs: [job('1')], hosts: [away] }).icon).toBe('offline')
  expect(trayView({ ...NOTHING, hosts: [away, { name: 'big', state: 'connected' }] }).icon).toBe('fine')
})

test('names and commands are one short line, whatever is in them', () => {
  const { items } = trayView({
    ...NOTHING,
    apps: [{ id: 'x', name: `\u202e${'A'.repeat(500)}\n`, hosts: ['h'] }],
    jobs: [job('1', { command: { line: `a\nb\x1b[31m${'y'.repeat(100_000)}` }, host: 'h'.repeat(40) })],
  })
  for (const label of labels(items)) {
    expect(label.length).toBeLessThanOrEqual(62)
    expect(label).not.toMatch(/[\n\x1b\u202e]/)
  }
})

test('whatever happens it has at most 25 lines, each entry its own id, and the same state the same view', () => {
  const text = fc.string({ maxLength: 200 })
  const state = fc.record<TrayState>({
    needs: fc.uniqueArray(fc.uuid(), { maxLength: 30 }).map(ids => ids.map(id => need(id))),
    apps: fc.uniqueArray(fc.record({ id: text, name: text, hosts: fc.uniqueArray(text, { maxLength: 30 }) }), {
      maxLength: 30,
      selector: app => app.id,
    }),
    jobs: fc.uniqueArray(fc.uuid(), { maxLength: 30 }).map(ids => ids.map(id => job(id))),
    hosts: fc.constant([]),
    leaving: text,
    panel: fc.constant('auto'),
  })
  fc.assert(
    fc.property(state, one => {
      const view = trayView(one)
      expect(view.items.length).toBeLessThanOrEqual(25)
      const ids = all(view.items).map(item => item.id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(isSameView(view, trayView(structuredClone(one)))).toBe(true)
    }),
    { numRuns: 100 },
  )
})
