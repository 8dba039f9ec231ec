/** When apps of several hosts are one. */
import { expect, test } from 'vitest'
import type { DesktopEntry } from '../../shared/app.ts'
import type { AppRow } from '../store/app-table.ts'
import { mergeApps } from './catalogue-merge.ts'
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

function row(host: string, id: string, exec: string): AppRow {
  const entry: DesktopEntry | null = readDesktopEntry(`[Desktop Entry]\nType=Application\nName=${id}\nExec=${exec}`)
  return { host, id, path: `/${id}.desktop`, stamp: '', entry, isMissing: false }
}
