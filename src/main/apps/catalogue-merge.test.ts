/** When apps of several hosts are one, and which of them fit what is typed. */
import { expect, test } from 'vitest'
import type { AppView, DesktopEntry } from '../../shared/app.ts'
import type { AppRow } from '../store/app-table.ts'
import { mergeApps } from './catalogue-merge.ts'
import { searchApps } from './catalogue-search.ts'
import { readDesktopEntry } from './desktop-entry.ts'

test('the same id, or the same program by another vendor, is one app', () => {
  const apps = mergeApps(
    [
      row(
        'box',
        'org.mozilla.firefox',
        'flatpak run --branch=stable --command=firefox --file-forwarding org.mozilla.firefox @@u %u @@',
      ),
      row('gpu', 'firefox_firefox', '/snap/bin/firefox %u'),
      row('local', 'firefox', '/usr/lib/firefox/firefox %u'),
      row('box', 'foot', 'foot'),
      row('local', 'foot', 'foot'),
      row('gpu', 'kde4-foot', 'foot'),
      row('gone', 'xterm', 'xterm'),
    ],
    ['local', 'box', 'gpu'],
  )
  expect(apps.map(({ id, variants }) => [id, variants.map(one => `${one.host}:${one.id}`)])).toEqual([
    ['firefox', ['local:firefox', 'box:org.mozilla.firefox', 'gpu:firefox_firefox']],
    ['foot', ['local:foot', 'box:foot', 'gpu:kde4-foot']],
  ])
})

test('two on one host are two, and so are those of one last word but another program', () => {
  const apps = mergeApps(
    [
      row('box', 'firefox', 'firefox'),
      row('box', 'org.mozilla.firefox', 'flatpak run --command=firefox org.mozilla.firefox'),
      row('local', 'org.a.settings', 'a-settings'),
      row('box', 'org.b.settings', 'b-settings'),
    ],
    ['local', 'box'],
  )
  expect(apps.map(({ id }) => id).toSorted()).toEqual(['firefox', 'org.a.settings', 'org.b.settings', 'org.mozilla.firefox'])
})

test('an app whose program is not there is none', () => {
  expect(
    mergeApps(
      [
        { ...row('box', 'x', 'x'), isMissing: true },
        { ...row('box', 'y', 'y'), entry: null },
      ],
      ['box'],
    ),
  ).toEqual([])
})

test('what is typed finds the name first, then words, programs, purposes and letters', () => {
  const apps = [
    app('gimp', { name: 'GNU Image Manipulation Program', genericName: 'Image Editor' }),
    app('eog', { name: 'Image Viewer' }),
    app('code', { name: 'Visual Studio Code', genericName: 'Text Editor' }),
    app('firefox', { name: 'Firefox', genericName: 'Web Browser' }),
    app('cafe', { name: 'Café' }),
  ]
  const found = (query: string) => searchApps(apps, query).map(({ id }) => id)
  expect(found('image')).toEqual(['eog', 'gimp'])
  expect(found('gimp')).toEqual(['gimp'])
  expect(found('web')).toEqual(['firefox'])
  expect(found('vsc')).toEqual(['code'])
  expect(found('text code')).toEqual(['code'])
  expect(found('CAFE')).toEqual(['cafe'])
  expect(found('nope')).toEqual([])
})

test('with nothing typed favourites come first, then what was used lately, then the rest by name', () => {
  const apps = [
    app('a', { name: 'A' }),
    app('b', { name: 'B', usedAt: 5 }),
    app('c', { name: 'C', usedAt: 9 }),
    app('d', { name: 'D', isFavourite: true }),
    app('e', { name: 'E', isFavourite: true, usedAt: 1 }),
  ]
  expect(searchApps(apps, ' ').map(({ id }) => id)).toEqual(['e', 'd', 'c', 'b', 'a'])
})

function row(host: string, id: string, exec: string): AppRow {
  const entry: DesktopEntry | null = readDesktopEntry(`[Desktop Entry]\nType=Application\nName=${id}\nExec=${exec}`)
  return { host, id, path: `/${id}.desktop`, stamp: '', entry, isMissing: false }
}

function app(id: string, view: Partial<AppView>) {
  const whole: AppView = {
    id,
    name: id,
    genericName: null,
    comment: null,
    categories: [],
    hosts: [],
    actions: [],
    hasIcon: false,
    isTerminal: false,
    isShown: true,
    isFavourite: false,
    usedAt: null,
    uses: 0,
    ...view,
  }
  return { view: whole, keywords: [], program: id }
}
