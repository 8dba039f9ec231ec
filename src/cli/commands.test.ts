import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findVerb, parseArgs } from './args.ts'
import { drover, p } from './commands.ts'
import { verbHelp } from './help.ts'
import { flagsOf, type VerbSpec } from './spec.ts'
import { VERBS } from './verbs.ts'

const programs = [drover, p]
const all = programs.flatMap(program => program.verbs.map(verb => ({ program, verb, name: `${program.name} ${verb.path}` })))

test.each(all)('$name is done by a file of ours', ({ verb }) => {
  expect(Object.keys(VERBS)).toContain(verb.run)
  expect(existsSync(join(import.meta.dirname, `verbs/${verb.run}.ts`))).toBe(true)
})

test.each(all)('$name has flags that do not collide', ({ verb }) => {
  const names = flagsOf(verb).flatMap(flag => [flag.name, ...(flag.short === undefined ? [] : [flag.short])])
  expect(new Set(names).size).toBe(names.length)
})

test.each(all)('the examples of $name are taken', ({ program, verb }) => {
  expect(verb.examples.length).toBeGreaterThan(0)
  for (const { run } of verb.examples) {
    const [name, ...words] = typedWords(run)
    expect(name).toBe(program.name)
    const found = findVerb(program, words)
    expect(found.verb).toBe(verb)
    parseArgs(verb, found.rest)
  }
})

/** The words of our own command in a line for a shell; of two, the inner one. */
function typedWords(line: string): string[] {
  const inner = /\$\(([^)]*)\)/.exec(line)?.[1] ?? line
  const words = [...inner.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word)
  const end = words.findIndex(word => word === '|' || word === '&&')
  return end < 0 ? words : words.slice(0, end)
}

test.each(all)('$name has a repeated operand only as its last', ({ verb }) => {
  const repeated = (verb.operands ?? []).findIndex(operand => operand.isRepeated)
  if (repeated >= 0) expect(repeated).toBe((verb.operands ?? []).length - 1)
})

test.each(programs)('$name: no name means two things', program => {
  const names = program.verbs.flatMap((verb: VerbSpec) => [verb.path, ...(verb.aliases ?? [])])
  expect(new Set(names).size).toBe(names.length)
})

test.each(all)('the help of $name fits a narrow terminal', ({ program, verb }) => {
  const lines = verbHelp(program, verb, { width: 80, title: text => text })
  // Only what cannot be broken, such as a long example, may be wider.
  for (const line of lines) if (line.length > 80) expect(line.trim().split('  ').length).toBe(1)
  for (const flag of flagsOf(verb)) expect(lines.join('\n')).toContain(`--${flag.name}`)
})
