import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listTree, makeTree } from '../../../../test/helpers/folder-tree.ts'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import { AppError } from '../../../shared/errors.ts'
import { Placement } from './placement.ts'

/** A staging folder and where its content goes, as a core that was killed in the midst may have left them. */
function folders(staged: Record<string, string>, there: Record<string, string>) {
  const top = temporaryFolder()
  const [from, to] = [join(top, 'from'), join(top, 'to')]
  for (const folder of [from, to]) mkdirSync(folder)
  makeTree(from, staged)
  makeTree(to, there)
  const place = ({
    overwrite = false,
    checkCancelled = () => undefined,
  }: Partial<ConstructorParameters<typeof Placement>[0]> = {}) => {
    const placement = new Placement({ overwrite, checkCancelled })
    placement.plan(from, to)
    placement.run()
  }
  return { from, to, place }
}

test('what is there and is the same stays as it is, and the rest comes', () => {
  const { from, to, place } = folders(
    { same: 'x', empty: '', 'd/same': 'y', 'd/new': 'z' },
    { same: 'x', empty: '', 'd/same': 'y' },
  )
  for (const folder of [from, to]) symlinkSync('same', join(folder, 'link'))
  chmodSync(join(to, 'same'), 0o600)
  const before = ['same', 'd/same', 'link'].map(name => lstatSync(join(to, name)).ino)
  place()
  expect(['same', 'd/same', 'link'].map(name => lstatSync(join(to, name)).ino)).toEqual(before)
  expect(listTree(to).get('d/new')).toContain('z')
  expect(listTree(to).get('same')).toBe('file 600 x')
  place()
})

test.each<[string, (place: string) => void]>([
  ['a file of the same size', path => writeFileSync(path, 'X')],
  ['a longer file', path => writeFileSync(path, 'xx')],
  ['an empty file', path => writeFileSync(path, '')],
  ['a link to the same', path => symlinkSync('../from/it', path)],
  ['a folder', path => mkdirSync(path)],
  ['a pipe', path => void execFileSync('mkfifo', [path])],
])('%s is in the way of a file, and then nothing comes', (_, make) => {
  const { to, place } = folders({ it: 'x', other: 'o', same: 's' }, { same: 's' })
  make(join(to, 'it'))
  expect(place).toThrow(expect.objectContaining({ code: 'CONFLICT', details: { files: [join(to, 'it')], count: 1 } }))
  expect(readdirSync(to).sort()).toEqual(['it', 'same'])
})

test('a link to elsewhere is in the way of a link, and a file of a link', () => {
  const { from, to, place } = folders({}, { b: 'x' })
  for (const name of ['a', 'b']) symlinkSync('x', join(from, name))
  symlinkSync('y', join(to, 'a'))
  expect(place).toThrow(expect.objectContaining({ details: { files: [join(to, 'a'), join(to, 'b')], count: 2 } }))
})

test('files that differ in their last byte only, far from their beginning, differ', () => {
  const { from, to, place } = folders({ big: '' }, { big: '' })
  for (const folder of [from, to]) truncateSync(join(folder, 'big'), 5_000_001)
  place()
  writeFileSync(join(to, 'big'), 'x', { flag: 'a' })
  truncateSync(join(from, 'big'), 5_000_002)
  expect(place).toThrow(/Already there/)
})

test('to overwrite is to have what was pulled, even where only its time is another', () => {
  const { from, to, place } = folders({ same: 'x' }, { same: 'x' })
  utimesSync(join(from, 'same'), 1_600_000_000, 1_600_000_000)
  place({ overwrite: true })
  expect(lstatSync(join(to, 'same')).mtimeMs).toBe(1_600_000_000_000)
})

test('comparing can be cancelled', () => {
  const { place } = folders({ same: 'x' }, { same: 'x' })
  const checkCancelled = () => {
    throw new AppError('CANCELLED', 'It was cancelled')
  }
  expect(() => place({ checkCancelled })).toThrow(expect.objectContaining({ code: 'CANCELLED' }))
})
