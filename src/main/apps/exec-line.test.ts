/** The Exec line: quotes and field codes, as the specification and as the entries in use have them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { execProgram, expandExec, quoteExec } from './exec-line.ts'

const FIELDS = { targets: [], icon: 'web', name: 'Der Browser', entryPath: '/usr/share/applications/x.desktop' }

test.each<[string, readonly string[], string[][]]>([
  ['firefox', [], [['firefox']]],
  ['firefox %u', [], [['firefox']]],
  ['firefox %u', ['http://a/?b=1&c'], [['firefox', 'http://a/?b=1&c']]],
  [
    'firefox %u',
    ['http://a', 'http://b'],
    [
      ['firefox', 'http://a'],
      ['firefox', 'http://b'],
    ],
  ],
  ['gimp %U', ['a b', '$(x)'], [['gimp', 'a b', '$(x)']]],
  ['gimp %F', ['file:///tmp/a%20b', '/c'], [['gimp', '/tmp/a b', '/c']]],
  ['vlc --file=%f', ['file:///x'], [['vlc', '--file=/x']]],
  ['app %i -c %c -k %k', [], [['app', '--icon', 'web', '-c', 'Der Browser', '-k', '/usr/share/applications/x.desktop']]],
  ['app 100%% "50%%" %d%D%n%N%v%m end', [], [['app', '100%', '50%', 'end']]],
  ['"my app" "a \\"b\\" \\$c \\`d\\` \\\\ e" ""', [], [['my app', 'a "b" $c `d` \\ e', '']]],
  [`sh -c 'echo "$HOME" %f'`, ['/x'], [['sh', '-c', 'echo "$HOME" %f']]],
  ['env A=1 app\\ name', [], [['env', 'A=1', 'app name']]],
])('%s with %j', (exec, targets, runs) => {
  expect(expandExec(exec, { ...FIELDS, targets })).toEqual(runs)
})

test.each(['', '   ', '%u', 'app "open', "app 'open", 'app %z', 'app %', '"" x'])('%j is no command', exec => {
  expect(() => expandExec(exec, FIELDS)).toThrow(AppError)
})

test('words come back from the line that they are written as', () => {
  const word = fc.string({ unit: 'binary', maxLength: 12 })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), words => {
      const argv = ['/bin/drover', ...words]
      expect(expandExec(quoteExec(argv), FIELDS)).toEqual([argv])
    }),
  )
})

test('a line that would be without end is refused', () => {
  const many = { ...FIELDS, targets: Array.from({ length: 100 }, () => '/x') }
  expect(() => expandExec(`app ${'%F '.repeat(11)}`, many)).toThrow('too many words')
})

test('what stands in a target is one argument, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), target => {
      fc.pre(!target.startsWith('file:') && target !== '')
      expect(expandExec('app %U', { ...FIELDS, targets: [target] })).toEqual([['app', target]])
    }),
  )
})

test('the program is told without its folder and its environment', () => {
  const lines = ['/usr/bin/firefox %u', 'env GDK_BACKEND=x11 gimp-2.10 %U', '"/opt/My App/app" x', 'app "', '']
  expect(lines.map(execProgram)).toEqual(['firefox', 'gimp-2.10', 'app', null, null])
})
