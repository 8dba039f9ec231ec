/** Which apps fit what is typed, and in which order. */
import { expect, test } from 'vitest'
import type { AppView } from './app.ts'
import { searchApps } from './app-search.ts'

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

function app(id: string, view: Partial<AppView>): AppView {
  return {
    id,
    name: id,
    genericName: null,
    comment: null,
    categories: [],
    keywords: [],
    hosts: [],
    actions: [],
    programs: [id],
    hasIcon: false,
    isTerminal: false,
    isShown: true,
    isFavourite: false,
    usedAt: null,
    uses: 0,
    ...view,
  }
}
