import { expect, test } from 'vitest'
import { programOf, withArguments } from './program-of.ts'
import { asNewInstance, hasNewInstance, instancesOf } from './single-instance.ts'

test.each([
  ['firefox https://example.org/?a=b', 'firefox'],
  ['  LANG=C exec  /usr/bin/gimp photo.jpg', '/usr/bin/gimp'],
  ['env A=b foot', 'foot'],
  ['$HOME/bin/app', null],
  ['"my app"', null],
  ['(foot)', null],
  ['', null],
])('the line %j runs %j', (line, program) => {
  expect(programOf({ line })).toBe(program)
})

test('the first word of an argument list is the program, whatever it is', () => {
  expect(programOf({ argv: ['a b', 'c'] })).toBe('a b')
})

test('words are put behind one program, and nowhere into a line that does more', () => {
  expect(withArguments({ line: 'firefox a ' }, ['-x'])).toEqual({ line: 'firefox a -x' })
  expect(withArguments({ line: 'firefox a; foot' }, ['-x'])).toBeNull()
  expect(withArguments({ argv: ['firefox', 'a;b'] }, ['-x'])).toEqual({ argv: ['firefox', 'a;b', '-x'] })
})

test('an instance of its own has a profile of its own; what has no such thing is not told of one', () => {
  expect(asNewInstance({ argv: ['chromium'] }, 'chromium', '/p')).toEqual({ argv: ['chromium', '--user-data-dir=/p/chromium'] })
  expect(asNewInstance({ line: 'foot' }, 'foot', '/p')).toBeNull()
  expect(instancesOf('foot')).toEqual([])
  expect(instancesOf('constructor')).toEqual([])
  expect(hasNewInstance('gnome-terminal')).toBe(false)
})

test('a profile with a space in its path is one word of a line', () => {
  expect(asNewInstance({ line: 'chromium x' }, 'chromium', '/my p')).toEqual({
    line: "chromium x '--user-data-dir=/my p/chromium'",
  })
})
