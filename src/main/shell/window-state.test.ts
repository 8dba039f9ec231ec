import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { fitToScreens, readWindowState, USUAL, writeWindowState } from './window-state.ts'

const MAIN = { x: 0, y: 24, width: 1920, height: 1056 }
const LEFT = { x: -1280, y: 0, width: 1280, height: 1024 }
const placed = (x: number, y: number, width: number, height: number, screens = [MAIN, LEFT]) =>
  fitToScreens({ bounds: { x, y, width, height }, isMaximized: false }, screens).bounds

describe('the file', () => {
  test('what was kept comes back, from a file of its owner alone, in a folder that is made', () => {
    const path = join(temporaryFolder(), 'new/window.json')
    const state = { bounds: { x: -5, y: 0, width: 900, height: 700 }, isMaximized: true }
    writeWindowState(path, state)
    expect(readWindowState(path)).toEqual(state)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['no JSON', '{'],
    ['another key', '{"bounds":{"x":0,"y":0,"width":900,"height":700},"isMaximized":false,"more":1}'],
    ['no place', '{"bounds":{"width":900,"height":700},"isMaximized":false}'],
    ['a size below nothing', '{"bounds":{"x":0,"y":0,"width":-1,"height":700},"isMaximized":false}'],
    ['half a pixel', '{"bounds":{"x":0.5,"y":0,"width":900,"height":700},"isMaximized":false}'],
  ])('%s is as good as no file', (_, text) => {
    const path = join(temporaryFolder(), 'window.json')
    expect(readWindowState(path)).toEqual(USUAL)
    writeFileSync(path, text)
    expect(readWindowState(path)).toEqual(USUAL)
  })
})

describe('the screens there are', () => {
  test('a window stays where it was, on any of them', () => {
    expect(placed(100, 100, 900, 700)).toEqual({ x: 100, y: 100, width: 900, height: 700 })
    expect(placed(-1000, 50, 900, 700)).toEqual({ x: -1000, y: 50, width: 900, height: 700 })
  })

  test('one on a screen that is gone, or that nobody could take hold of, is placed anew', () => {
    expect(placed(-1000, 50, 900, 700, [MAIN])).toEqual({ width: 900, height: 700 })
    expect(placed(1900, 100, 900, 700)).toEqual({ width: 900, height: 700 })
    expect(placed(100, 1050, 900, 700)).toEqual({ width: 900, height: 700 })
    expect(placed(100, 0, 900, 700, [MAIN])).toEqual({ width: 900, height: 700 })
  })

  test('it is no larger than its screen, and no smaller than it can be used', () => {
    expect(placed(0, 24, 5000, 5000)).toEqual({ x: 0, y: 24, width: 1920, height: 1056 })
    expect(placed(0, 24, 10, 10)).toMatchObject({ width: 640, height: 480 })
    expect(fitToScreens(USUAL, []).bounds).toEqual(USUAL.bounds)
  })
})
