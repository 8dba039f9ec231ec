import { expect, test } from 'vitest'
import { findVerb, parseArgs } from './args.ts'
import { beowulf, drover, p } from './commands.ts'
import { UsageError } from './errors.ts'
import type { Program } from './spec.ts'

function parse(words: string[], program: Program = drover) {
  const { verb, rest } = findVerb(program, words)
  if (verb === undefined) throw new Error('No verb was found')
  return parseArgs(verb, rest)
}

/** The error of a wrong command line, as message and hint. */
function refusal(words: string[], program: Program = drover): string[] {
  try {
    parse(words, program)
  } catch (error) {
    if (error instanceof UsageError) return [error.message, error.hint ?? '']
    throw error
  }
  throw new Error('It was taken')
}

test('flags and operands in any order, values in every form, and the command untouched', () => {
  const args = parse(['push', '-nd', '--on=gpu', '-e', 'A=1', '-eB=2', '--env', 'C', '--', 'make', '-n', '--', '--help'])
  expect([args.has('no-sync'), args.has('detach'), args.has('tty')]).toEqual([true, true, false])
  expect(args.value('on')).toBe('gpu')
  expect(args.values('env')).toEqual(['A=1', 'B=2', 'C'])
  expect(args.command).toEqual(['make', '-n', '--', '--help'])
})

test('a flag may follow the operands, and the last value counts', () => {
  const args = parse(['pull', '1a2b', 'dist/**', '--force', 'out'])
  expect([args.required('ID'), args.required('PATTERN'), args.operand('LOCAL')]).toEqual(['1a2b', 'dist/**', 'out'])
  expect(parse(['logs', '1a', '-n5', '-n', '7']).value('lines')).toBe('7')
})

test('verbs of two words, aliases, and flags of everyone before the verb', () => {
  expect(parse(['host', 'ls', '-c']).verb.path).toBe('host ls')
  expect(parse(['worker', 'register', 'me@box']).verb.path).toBe('host add')
  expect(parse(['--json', '--color', 'never', 'ls', '-a']).has('json')).toBe(true)
})

test('an empty word after -- is a word, but not a command', () => {
  expect(parse(['push', '--', 'printf', '']).command).toEqual(['printf', ''])
  for (const words of [[''], ['', 'x']]) expect(refusal(['push', '--', ...words])[0]).toMatch(/^The command after -- is empty/)
})

test('asking for help needs nothing else to be right', () => {
  expect(parse(['pull', '-h']).has('help')).toBe(true)
  expect(parse(['push', '--help', '--', 'make']).has('help')).toBe(true)
})

test('help on what takes a second word is on all of that', () => {
  for (const flag of ['--help', '-h']) expect(parse(['host', flag]).operands('VERB')).toEqual(['host'])
  expect(parse(['--color', 'always', 'host', '--help']).value('color')).toBe('always')
  expect(refusal(['host', '--nope'])[0]).toBe('drover host: what should be done is missing')
})

test.each<[string[], string, string]>([
  [['push', '--no-snyc', '--', 'x'], 'push has no flag --no-snyc', 'Did you mean: --no-sync'],
  [['push', '-x', '--', 'x'], 'push has no flag -x', ''],
  [['push', '--detach=1', '--', 'x'], '--detach takes no value', ''],
  [['push', '--on'], '--on needs a HOST after it', ''],
  [['push', 'make', 'all'], 'The command must stand after --', 'Did you mean: -- make all'],
  [['push'], 'There is no command: it stands after --', 'For example: -- make'],
  [
    ['ls', '--state', 'runing'],
    '--state is one of live, queued, syncing, starting, running, stopping, ended, failed, unknown, not "runing"',
    'Did you mean: running',
  ],
  [['ls', 'extra'], 'ls: "extra" is one word too many', ''],
  [['attach'], 'attach needs a NAME', ''],
  [['ls', '--', 'x'], 'ls takes no command after --', ''],
  [['psuh', '--', 'x'], 'drover has no verb "psuh"', 'Did you mean: drover push'],
  [['frobnicate'], 'drover has no verb "frobnicate"', 'See all of them: drover help'],
  [['host', 'trsut', 'x'], 'drover host has no "trsut"', 'Did you mean: drover host trust'],
  [['completion', 'fihs'], 'SHELL is one of bash, zsh, fish, not "fihs"', 'Did you mean: fish'],
])('%j is refused: %s', (words, message, hint) => {
  expect(refusal(words)).toEqual([message, hint])
})

test('host without more lists what it takes', () => {
  expect(refusal(['host'])[1]).toContain('host takes one of: add,')
})

test('p: the worker stands before --, flags anywhere before it', () => {
  expect(parse(['--', 'make'], p).operand('WORKER')).toBeUndefined()
  const args = parse(['gpu', '-n', '--', 'nvidia-smi'], p)
  expect([args.operand('WORKER'), args.has('no-sync'), args.command]).toEqual(['gpu', true, ['nvidia-smi']])
  expect(parse(['-n', '--', 'ls'], p).command).toEqual(['ls'])
})

test('p: a worker that is named as a verb is meant when a command follows', () => {
  expect(parse(['ls', '--', 'make'], p).operand('WORKER')).toBe('ls')
  expect(parse(['ls'], p).verb.path).toBe('ls')
  expect(refusal(['gpu'], p)[0]).toBe('p has no verb "gpu"')
})

test('a command of launch begins at its first word, and all that follows is its own', () => {
  const args = parse(['launch', '--on', 'box', '-e', 'A=b', 'firefox', '--silent', '--', 'x'])
  expect([args.value('on'), args.values('env'), args.has('silent'), args.command]).toEqual([
    'box',
    ['A=b'],
    false,
    ['firefox', '--silent', '--', 'x'],
  ])
  expect(parse(['launch', '--silent', '--', '-odd']).command).toEqual(['-odd'])
  expect(parse(['--dry-run', 'help', 'me'], beowulf).command).toEqual(['help', 'me'])
  expect(parse(['ls'], beowulf).command).toEqual(['ls'])
  expect(refusal(['launch', '--on', 'box'])[0]).toBe('There is no command: it stands after --')
})

test('asking for a flag that the table does not have is a mistake of ours', () => {
  expect(() => parse(['ls']).has('force')).toThrow(TypeError)
  expect(() => parse(['ls']).operand('ID')).toThrow(TypeError)
})
