// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are what is tested.
import { expect, test } from 'vitest'
import { expand } from './expand.ts'

const VALUES: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', DEEP: '${A}' }
const lookUp = (name: string) => (Object.hasOwn(VALUES, name) ? VALUES[name] : undefined)

test.each([
  ['${A}', 'a', []],
  ['x${A}y${A}z', 'xayaz', []],
  ['${EMPTY}', '', []],
  ['${NONE}', '', ['NONE']],
  ['${NONE:-b}', 'b', []],
  ['${EMPTY:-b c}', 'b c', []],
  ['${A:-b}', 'a', []],
  ['${NONE:-}', '', []],
  ['${DEEP}', '${A}', []],
  ['\\${A}', '${A}', []],
  ['$A pa$$word $', '$A pa$$word $', []],
  ['${a b} ${} ${1} ${A', '${a b} ${} ${1} ${A', []],
  ['${constructor}', '', ['constructor']],
])('%j becomes %j', (text, expected, missing) => {
  expect(expand(text, lookUp)).toEqual({ text: expected, missing })
})
