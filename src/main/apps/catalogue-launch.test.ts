import { expect, onTestFinished, test } from 'vitest'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import type { Placement } from '../../shared/domain.ts'
import { Catalogue } from './catalogue.ts'
import { type AppLauncher, chooseCommand } from './catalogue-launch.ts'
import { readDesktopEntry } from './desktop-entry.ts'

const LOG = { info: () => undefined, warning: () => undefined, error: () => undefined, debug: () => undefined } as never
const WISH = { app: 'draw', action: null, host: null, targets: [] }

/** `execs`: of the app, by host. The placer takes the host of the lowest number, of those that it may take. */
function ground(execs: Readonly<Record<string, string>>, scores: Readonly<Record<string, number>>) {
  const table = temporaryStore().apps
  for (const [host, exec] of Object.entries(execs)) {
    const entry = readDesktopEntry(`[Desktop Entry]\nType=Application\nName=Draw\nExec=${exec}\n`)
    table.replace(host, [{ host, id: 'draw', path: '/draw.desktop', stamp: '', entry, isMissing: false }])
  }
  const catalogue = new Catalogue({
    table,
    hosts: () => Object.keys(execs).map(name => ({ name, live: null })),
    settled: async () => undefined,
    locale: 'C',
    desktops: () => [],
    changed: () => undefined,
    now: () => 0,
    log: LOG,
  })
  onTestFinished(() => catalogue.close())
  const place: AppLauncher['place'] = async ({ among }) => {
    const [host = ''] = among.toSorted((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0))
    return { host, reason: '', score: scores[host] ?? 0, candidates: [] } satisfies Placement
  }
  return { catalogue, place }
}

test('an app that each host starts in its own way goes to the least busy one, and that is no wish for it', async () => {
  const { catalogue, place } = ground({ a: '/opt/draw', b: 'draw', c: 'draw' }, { a: 9, b: 4, c: 2 })
  expect(await chooseCommand(catalogue, WISH, { place })).toMatchObject({ runs: [['draw']], host: null, among: ['b', 'c'] })
  const other = ground({ a: '/opt/draw', b: 'draw' }, { a: 1, b: 4 })
  expect(await chooseCommand(other.catalogue, WISH, other)).toMatchObject({ runs: [['/opt/draw']], host: null, among: ['a'] })
})

test('only hosts that have the app count, also where others have its program', async () => {
  const { catalogue, place } = ground({ a: 'flatpak run org.draw', b: 'flatpak run org.draw' }, {})
  expect(await chooseCommand(catalogue, WISH, { place })).toMatchObject({ host: null, among: ['a', 'b'] })
})

test('a broken entry of one host does not keep the app from the others; of all it is told', async () => {
  const { catalogue, place } = ground({ a: 'draw "', b: 'draw' }, {})
  expect(await chooseCommand(catalogue, WISH, { place })).toMatchObject({ among: ['b'] })
  const broken = ground({ a: 'draw "' }, {})
  await expect(chooseCommand(broken.catalogue, WISH, broken)).rejects.toThrow('A quote is not closed')
})
