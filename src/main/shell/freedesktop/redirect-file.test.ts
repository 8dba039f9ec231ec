/** The files by which tokens reach a browser, on a real folder. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import { removeOldRedirects, removeRedirect, writeRedirect } from './redirect-file.ts'

const URL = 'http://127.0.0.1:7373/#token=abc'

test('it is its owner’s alone, leads to the address without a script, and is gone when removed', () => {
  const folder = temporaryFolder()
  const path = writeRedirect(folder, 'x-1_Y', URL)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(path).toBe(join(folder, `open-${process.pid}-x-1_Y.html`))
  const page = readFileSync(path, 'utf8')
  expect(page).toContain(`<meta http-equiv="refresh" content="0; url=${URL}">`)
  expect(page).toContain('<meta name="referrer" content="no-referrer">')
  expect(page).not.toMatch(/<script/)
  removeRedirect(path)
  expect(existsSync(path)).toBe(false)
  removeRedirect(path)
})

test('an address is an address, whatever stands in it', () => {
  const path = writeRedirect(temporaryFolder(), 'x', `${URL}&to=/jobs/1"><script>`)
  expect(readFileSync(path, 'utf8')).toContain(`content="0; url=${URL}&amp;to=/jobs/1&quot;>&lt;script>"`)
})

test('it is never written through what stands there', () => {
  const folder = temporaryFolder()
  symlinkSync(join(folder, 'elsewhere'), join(folder, `open-${process.pid}-x.html`))
  expect(() => writeRedirect(folder, 'x', URL)).toThrow('EEXIST')
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
})

test('those of cores that are gone, and those too old, are removed; another core’s and other files stay', () => {
  const folder = temporaryFolder()
  const { pid: dead } = spawnSync('true')
  const names = {
    dead: `open-${dead}-a.html`,
    ofOurNumber: `open-${process.pid}-b.html`,
    living: `open-${process.ppid}-c.html`,
    old: `open-${process.ppid}-d.html`,
    others: 'open-x-e.html',
    socket: 'core.sock',
  }
  for (const name of Object.values(names)) writeFileSync(join(folder, name), 'x')
  mkdirSync(join(folder, `open-${dead}-folder.html`))
  const longAgo = (Date.now() - 6 * 60_000) / 1000
  utimesSync(join(folder, names.old), longAgo, longAgo)
  removeOldRedirects(folder)
  expect(readdirSync(folder).toSorted()).toEqual(
    [names.living, names.others, names.socket, `open-${dead}-folder.html`].toSorted(),
  )
})
