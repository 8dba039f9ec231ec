import { describe, expect, test } from 'vitest'
import { CommandInput, contract } from '../../../shared/contract.ts'
import type { JobView } from '../../../shared/domain.ts'
import {
  commandHistory,
  envOf,
  folderPath,
  knownFolders,
  type PushForm,
  parentOf,
  problemOf,
  pullPatterns,
  pushInput,
} from './push-form.ts'

const FORM: PushForm = {
  folder: '~/project',
  command: ' make -j ',
  host: 'auto',
  pull: 'out/*.log, a\nb,a',
  isSent: true,
  hasTerminal: false,
  env: 'A=1\n\n B=x=y ',
}
const given = (form: PushForm) => ({ folder: folderPath(form.folder, '/home/me'), jobId: undefined })

test('what was typed becomes what the contract takes', () => {
  const made = pushInput(FORM, given(FORM))
  expect(made).toEqual({
    input: {
      command: { line: 'make -j' },
      folder: '/home/me/project',
      sync: true,
      host: 'auto',
      env: { A: '1', B: 'x=y ' },
      pull: ['out/*.log', 'a', 'b'],
      terminal: null,
    },
  })
  expect(contract['job.push'].input.safeParse('input' in made && made.input).success).toBe(true)
  expect(CommandInput.safeParse({ line: 'make -j' }).success).toBe(true)
})

describe('what is missing is said beside its field', () => {
  test.each([
    [{ command: ' ' }, 'command'],
    [{ folder: '' }, 'folder'],
    [{ folder: 'relative' }, 'folder'],
    [{ folder: 'relative', isSent: false }, 'folder'],
    [{ env: 'no' }, 'env'],
    [{ env: '1A=x' }, 'env'],
    [{ env: '__proto__=x' }, 'env'],
  ] as const)('%j', (change, field) => {
    const form = { ...FORM, ...change }
    expect(pushInput(form, given(form))).toMatchObject({ problem: { field } })
  })
  test('a command alone needs no folder', () => {
    const form = { ...FORM, folder: '', isSent: false }
    expect(pushInput(form, given(form))).toMatchObject({ input: { folder: null, sync: false } })
  })
  test('the folder of a drop has what name it has', () => {
    const dropped = { folder: '/cache/drops/k/ends with a blank ', jobId: undefined }
    expect(pushInput({ ...FORM, folder: '' }, dropped)).toMatchObject({ input: { folder: dropped.folder } })
  })
})

test('paths', () => {
  expect(folderPath('~', '/home/me')).toBe('/home/me')
  expect(folderPath('~/a/', null)).toBeNull()
  expect(folderPath('/a/b//', null)).toBe('/a/b')
  expect(folderPath('//', null)).toBe('/')
  expect(folderPath('~you/a', '/home/me')).toBeNull()
  expect(parentOf('/a/b')).toBe('/a')
  expect(parentOf('/a')).toBe('/')
})

test('patterns and variables of nothing are none', () => {
  expect(pullPatterns(' ,\n, ')).toEqual([])
  expect(envOf('\n \n')).toEqual({ env: {}, problem: null })
})

test('an answer of the core stands beside what it is about', () => {
  const error = (code: 'NOT_FOUND' | 'NO_HOST' | 'DISK_FULL', message: string) => ({ code, message, details: {} })
  expect(problemOf(error('NOT_FOUND', 'There is no folder /a/b'), '/a/b').field).toBe('folder')
  expect(problemOf(error('NO_HOST', 'No host fits'), '/a/b').field).toBe('host')
  expect(problemOf(error('DISK_FULL', 'The disk is full'), null).field).toBeNull()
})

test('what was run before: the last first, each once, of that folder', () => {
  const job = (line: string, folder: string | null, isForeign = false) =>
    ({ command: { line }, folder, isForeign }) as unknown as JobView
  const jobs = [job('c', '/a'), job('x', '/b'), job('b', '/a'), job('c', '/a'), job('n', null), job('f', '/f', true)]
  expect(commandHistory(jobs, '/a')).toEqual(['c', 'b'])
  expect(commandHistory(jobs, null)).toEqual(['n'])
  expect(knownFolders(jobs)).toEqual(['/a', '/b'])
})

test('of a dropped folder all drops are one, and none is offered as a path', () => {
  const dropped = (id: string) => `/home/me/.cache/drover/drops/${'a'.repeat(24)}-${id}/app`
  const job = (line: string, folder: string) => ({ command: { line }, folder, isForeign: false }) as unknown as JobView
  const jobs = [job('b', dropped('00000002')), job('a', dropped('00000001')), job('x', '/home/me/app')]
  expect(commandHistory(jobs, dropped('00000003'))).toEqual(['b', 'a'])
  expect(knownFolders(jobs)).toEqual(['/home/me/app'])
})
