/** The entry in a real folder, and how a desktop's own library takes its command apart. */
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import { execLine, setAutostart } from './autostart.ts'

const COMMAND = ['/opt/Drover/resources/bin/drover', 'daemon', 'start']

function place(): { path: string; command: string[] } {
  return { path: join(temporaryFolder(), 'new/autostart/drover.desktop'), command: COMMAND }
}

test('it is written where it is wanted and removed where it is not, in a folder that is made', () => {
  const one = place()
  setAutostart(one, false)
  expect(existsSync(join(one.path, '..'))).toBe(false)
  setAutostart(one, true)
  expect(readFileSync(one.path, 'utf8')).toContain('Exec="/opt/Drover/resources/bin/drover" "daemon" "start"\n')
  setAutostart(one, false)
  expect(existsSync(one.path)).toBe(false)
})

test('what a person changed in it stays, until it would start something else', () => {
  const one = place()
  setAutostart(one, true)
  const changed = `${readFileSync(one.path, 'utf8')}X-GNOME-Autostart-enabled=false\n`
  writeFileSync(one.path, changed)
  setAutostart(one, true)
  expect(readFileSync(one.path, 'utf8')).toBe(changed)
  setAutostart({ ...one, command: ['/elsewhere/drover', 'daemon', 'start'] }, true)
  expect(readFileSync(one.path, 'utf8')).toContain('/elsewhere/drover')
})

test('an entry of that name that is not ours is left alone', () => {
  const one = place()
  mkdirSync(join(one.path, '..'), { recursive: true })
  writeFileSync(one.path, '[Desktop Entry]\nExec=mine\n')
  for (const isWanted of [true, false]) setAutostart(one, isWanted)
  expect(readFileSync(one.path, 'utf8')).toBe('[Desktop Entry]\nExec=mine\n')
})

test('what cannot be read or written is told of by its path', () => {
  const one = place()
  mkdirSync(one.path, { recursive: true })
  expect(() => setAutostart(one, true)).toThrow(one.path)
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  expect(() => setAutostart({ ...one, path: join(folder, 'file/drover.desktop') }, true)).toThrow('file')
})

test('a link is replaced, and not written through', () => {
  const one = place()
  mkdirSync(join(one.path, '..'), { recursive: true })
  const elsewhere = join(temporaryFolder(), 'x')
  symlinkSync(elsewhere, one.path)
  setAutostart(one, true)
  expect(existsSync(elsewhere)).toBe(false)
  expect(statSync(one.path).isFile()).toBe(true)
})

test('words stay words, whatever is in them', () => {
  expect(execLine(['/a b/$x', '50%', 'say "hi"', 'back\\slash', 'new\nline'])).toBe(
    String.raw`"/a b/\\$x" "50%%" "say \\"hi\\"" "back\\\\slash" "new\nline"`,
  )
})
