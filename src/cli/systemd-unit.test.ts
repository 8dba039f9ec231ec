/** The unit's text, and what systemd's own checker says of it. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers/temporary-folder.ts'
import { isOurUnit, UNIT_NAME, unitText } from './systemd-unit.ts'

function verify(text: string): { code: number | null; said: string } {
  const path = join(temporaryFolder(), UNIT_NAME)
  writeFileSync(path, text)
  const { error, status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--user', path], {
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: temporaryFolder() },
  })
  if (error) throw new Error('systemd-analyze is missing: scripts/setup-debian.sh installs the package systemd', { cause: error })
  // What other units of this machine lack is not ours.
  const said = `${stdout}${stderr}`.split('\n').filter(line => line.includes('drover'))
  return { code: status, said: said.join('\n') }
}

test('it starts the core with its words and its environment, and systemd takes it', () => {
  const text = unitText({ file: '/usr/bin/env', args: ['--flag', '/opt/Drover/headless.js'], env: { A: '1', B: undefined } })
  expect(text).toContain('ExecStart="/usr/bin/env" "--flag" "/opt/Drover/headless.js" "--foreground"\nEnvironment="A=1"\n')
  expect(verify(text)).toEqual({ code: 0, said: '' })
  expect(isOurUnit(text)).toBe(true)
  expect(isOurUnit('[Unit]\n')).toBe(false)
})

test('paths are paths, whatever is in them', () => {
  for (const name of ['a b %h $HOME', 'a "b" \\x']) {
    const folder = join(temporaryFolder(), name)
    mkdirSync(folder)
    const file = join(folder, 'program')
    copyFileSync('/bin/echo', file)
    expect(verify(unitText({ file, args: ['$HOME %h "x"'], env: { A: '%h "$HOME"\n' } }))).toEqual({ code: 0, said: '' })
  }
  expect(verify(unitText({ file: '/not there/drover', args: [], env: {} })).said).toMatch(/No such file/)
})
