import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { whatItIs } from './whole-home.ts'

test('the root, the home and what is around it are told apart from folders in it and beside it', () => {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'whole-')))
  onTestFinished(() => rmSync(top, { recursive: true }))
  mkdirSync(join(top, 'home/me/project'), { recursive: true })
  symlinkSync('home/me', join(top, 'link'))
  for (const home of [join(top, 'home/me'), join(top, 'link'), join(top, 'home/me/')]) {
    expect(whatItIs('/', home)).toMatch(/root/)
    expect(whatItIs(join(top, 'home/me'), home)).toMatch(/your home/)
    expect(whatItIs(join(top, 'home'), home)).toMatch(/around/)
    for (const other of ['home/me/project', 'home/m', 'home/me2', 'other']) expect(whatItIs(join(top, other), home)).toBeNull()
  }
  expect(whatItIs('/nowhere', '/nowhere')).toMatch(/your home/)
})
