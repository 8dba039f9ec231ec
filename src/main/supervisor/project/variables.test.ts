// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are what is tested.
import { expect, test } from 'vitest'
import { resolveVariables, type SetVariable } from './variables.ts'

const OUTER: Readonly<Record<string, string>> = { HOME: '/home/me', PATH: '/bin', A: 'outer' }
const outer = (name: string) => (Object.hasOwn(OUTER, name) ? OUTER[name] : undefined)

function resolve(...lines: string[]) {
  const set = lines.map((text, index): SetVariable => {
    const [name = '', value = ''] = text.split(/=(.*)/s)
    return { name, value, isLiteral: value.startsWith("'"), file: '.env', line: index + 1, column: 1 }
  })
  const { values, problems } = resolveVariables(set, outer)
  return {
    values: Object.fromEntries(values),
    told: problems.map(({ severity, line, message }) => `${severity} ${line} ${message}`),
  }
}

test('a name is looked up among all that are set, then outside', () => {
  expect(resolve('URL=http://${NAME}:${PORT}', 'NAME=a.${ZONE}', 'ZONE=b', 'PORT=5000', 'DIR=${HOME}/data')).toEqual({
    values: { URL: 'http://a.b:5000', NAME: 'a.b', ZONE: 'b', PORT: '5000', DIR: '/home/me/data' },
    told: [],
  })
})

test('the last one that sets a name holds, also for those above it', () => {
  expect(resolve('A=1', 'B=${A}', 'A=2').values).toEqual({ A: '2', B: '2' })
})

test('nothing is expanded that was written as it is, nor what a value brings along', () => {
  expect(resolve("A='${B}", 'B=1', 'C=${A}').values).toEqual({ A: "'${B}", B: '1', C: "'${B}" })
})

test('a variable that names itself has what was outside', () => {
  expect(resolve('PATH=${PATH}:/opt/bin').values).toEqual({ PATH: '/bin:/opt/bin' })
})

test('a circle ends, and is told', () => {
  const { values, told } = resolve('X=${Y}x', 'Y=${X}y')
  expect(values).toEqual({ X: 'yx', Y: 'y' })
  expect(told).toEqual(['warning 2 ${X} in Y has no value: nothing stands in its place'])
})

test('what has no value anywhere is told once for each variable, and is nothing', () => {
  const { values, told } = resolve('X=[${NONE}${NONE}]', 'Y=${NONE:-1}')
  expect(values).toEqual({ X: '[]', Y: '1' })
  expect(told).toEqual(['warning 1 ${NONE} in X has no value: nothing stands in its place'])
})

test('values that multiply are stopped while they are small', () => {
  const tenfold = Array.from({ length: 40 }, (_, index) => `X${index + 1}=${`\${X${index}}`.repeat(10)}`)
  const { told } = resolve('X0=0123456789', ...tenfold)
  expect(told).toContain('error 6 the value of X5 has more than 131071 characters once expanded')
  expect(told.at(-1)).toMatch(/^error \d+ with X\d+ there are more than 1000 variables, or more than 1 MB of them$/)
})

test('a chain of a hundred thousand names ends', () => {
  const chain = Array.from({ length: 100_000 }, (_, index) => `X${index}=\${X${index + 1}}`)
  expect(resolve(...chain).told.at(-1)).toContain('there are more than 1000 variables')
})

test('a thousand variables are no error, one more is', () => {
  const many = Array.from({ length: 1001 }, (_, index) => `X${index}=1`)
  expect(resolve(...many.slice(1)).told).toEqual([])
  expect(resolve(...many).told).toEqual(['error 1001 with X1000 there are more than 1000 variables, or more than 1 MB of them'])
})
