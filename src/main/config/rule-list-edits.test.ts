import { expect, test } from 'vitest'
import type { Document } from 'yaml'
import { AppError } from '../../shared/errors.ts'
import { renderLike } from './config-text.ts'
import { addRule, changeRule, removeRule } from './rule-list-edits.ts'
import type { Rule } from './rules.ts'
import { parseConfig } from './schema.ts'
import { parseYaml } from './yaml-source.ts'

const FILE = `hosts:
  - { name: big, connection: big }
  - { name: box, connection: box }
rules:
  # the browser wants its profile
  - app: firefox # daily
    pin: box
    until: 2030-12-31 # then the lease ends
  - { command: make*, needs: [gpu] }
`
const FIREFOX = { kind: 'app', pattern: 'firefox' } as const
const MAKE = { kind: 'command', pattern: 'make*' } as const

function edited(text: string, edit: (document: Document) => void): string {
  const { document } = parseYaml('c.yaml', text)
  edit(document)
  const after = renderLike(text, document)
  parseConfig('c.yaml', after)
  return after
}
function refusal(edit: (document: Document) => void, text = FILE): Pick<AppError, 'code' | 'message' | 'details'> {
  try {
    edited(text, edit)
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('it should have been refused')
}
const rulesOf = (text: string) => parseConfig('c.yaml', text).rules
const rule = (change: Partial<Rule>): Rule => ({ ...FIREFOX, pin: null, affinity: null, needs: [], ...change })
const pinTo = (host: string, more: Partial<NonNullable<Rule['pin']>> = {}) => ({ host, fallback: 'none', until: null, ...more })

test('a rule is added at its place, as all that it says', () => {
  const full = rule({
    pattern: 'gimp',
    pin: pinTo('big', { fallback: 'auto', until: Date.UTC(2031, 0, 1) }),
    affinity: 'box',
    needs: ['gpu', 'fast'],
  })
  const first = edited(FILE, document => addRule(document, full, { at: 0 }))
  expect(rulesOf(first)).toEqual([full, ...rulesOf(FILE)])
  for (const at of [null, 2, 99])
    expect(rulesOf(edited(FILE, document => addRule(document, full, { at })))).toEqual([...rulesOf(FILE), full])
  const only = edited('hosts: [{ name: big, connection: b }, { name: box, connection: b }]\n', document =>
    addRule(document, full, { at: 3 }),
  )
  expect(rulesOf(only)).toEqual([full])
})

test('a rule is changed in its place, and what does not change stays as it is written', () => {
  const [firefox] = rulesOf(FILE)
  const moved = edited(FILE, document =>
    changeRule(document, { at: 0, was: FIREFOX }, rule({ pin: { ...pinTo('big'), until: firefox?.pin?.until ?? null } })),
  )
  expect(moved).toBe(FILE.replace('pin: box', 'pin: big'))
  expect(edited(FILE, document => changeRule(document, { at: 0, was: FIREFOX }, firefox ?? rule({})))).toBe(FILE)

  const other = rule({ kind: 'command', pattern: 'firefox', affinity: 'big', needs: ['fast'] })
  const text = edited(FILE, document => changeRule(document, { at: 0, was: FIREFOX }, other))
  expect(rulesOf(text)).toEqual([other, rulesOf(FILE)[1]])
  expect(text).toContain('# the browser wants its profile\n  - command: firefox')
})

test('a rule is removed, the last one with the list; and put back where it was', () => {
  const [firefox, make] = rulesOf(FILE)
  const without = edited(FILE, document => removeRule(document, { at: 0, was: FIREFOX }))
  expect(rulesOf(without)).toEqual([make])
  expect(rulesOf(edited(without, document => addRule(document, firefox ?? rule({}), { at: 0 })))).toEqual([firefox, make])
  expect(edited(without, document => removeRule(document, { at: 0, was: MAKE }))).not.toContain('rules')
})

test.each([
  ['one of several', `${FILE}  # for the last one\n  - app: gimp\n    pin: big\n    # and that is all\n`],
  [
    'the only one',
    'hosts:\n  - { name: box, connection: b }\nrules:\n  # the browser\n  - app: firefox # daily\n    pin: box # mine\n',
  ],
])('%s is put back as it was written, with its comments', (_, text) => {
  for (const [at, was] of rulesOf(text).entries()) {
    let written: string | null = null
    const without = edited(text, document => {
      written = removeRule(document, { at, was })
    })
    expect(rulesOf(without)).not.toContainEqual(was)
    const back = edited(without, document => addRule(document, was, { at, written }))
    expect(back.replace('[ gpu ]', '[gpu]')).toBe(text)
  }
})

test('a rule that leans on the rest of the file is put back plainly', () => {
  const text = 'hosts: [{ name: &big big, connection: b }]\nrules:\n  # why\n  - { app: firefox, pin: *big }\n'
  const [was = rule({})] = rulesOf(text)
  let written: string | null = 'x'
  const without = edited(text, document => {
    written = removeRule(document, { at: 0, was })
  })
  expect(written).toBeNull()
  expect(rulesOf(edited(without, document => addRule(document, was, { at: 0, written })))).toEqual([was])
})

test.each([
  'nothing',
  '- [',
  '- { app: firefox, pin: box }',
  '- { app: firefox, pin: big, x: 1 }',
  '- &x { app: firefox, pin: big }',
  '- { app: firefox, pin: big }\n- { app: gimp, pin: big }',
  '- { app: firefox, pin: big }\n---\n- { app: gimp, pin: big }',
])('%j is not taken for a rule as it was written', written => {
  const wanted = rule({ pin: pinTo('big') })
  const error = refusal(document => addRule(document, wanted, { at: null, written }), FILE.replace('app: firefox', 'app: gimp'))
  expect(error.code).toBe('BAD_INPUT')
})

test('a comment above the list is not lost with the last rule, whatever comes after it', () => {
  const list = '# Mine alone.\nrules:\n  - { app: firefox, pin: local }\n'
  const remove = (document: Document) => removeRule(document, { at: 0, was: FIREFOX })
  expect(edited(`hosts: []\n${list}`, remove)).toBe('hosts: []\n\n# Mine alone.\n')
  expect(edited(`${list}# How loud.\nlog_level: warn\n`, remove)).toBe('# Mine alone.\n# How loud.\nlog_level: warn\n')
  expect(edited(list, remove)).toContain('# Mine alone.')
})

test('what was changed meanwhile is not touched', () => {
  for (const ref of [
    { at: 1, was: FIREFOX },
    { at: 9, was: FIREFOX },
    { at: 0, was: { ...FIREFOX, kind: 'command' } },
  ] as const) {
    expect(refusal(document => removeRule(document, ref))).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/Look again/),
    })
    expect(refusal(document => changeRule(document, ref, rule({ affinity: 'big' })))).toMatchObject({ code: 'CONFLICT' })
  }
})

test.each<[Partial<Rule>, string, RegExp]>([
  [{ pattern: 'a' }, 'host', /says nothing/],
  [{ pattern: 'a', pin: pinTo('gone') }, 'host', /no host named gone. Hosts: local, big, box/],
  [{ pattern: 'a', pin: pinTo('big', { fallback: 'gone' }) }, 'fallback', /no host named gone/],
  [{ pattern: 'a', pin: pinTo('big', { fallback: 'big' }) }, 'fallback', /its own fallback/],
  [{ pattern: 'a', affinity: 'auto' }, 'affinity', /no host named auto/],
  [{ pin: pinTo('big') }, 'pattern', /a rule for firefox already/],
])('%j is refused at %s', (change, field, message) => {
  expect(refusal(document => addRule(document, rule(change), { at: null }))).toMatchObject({
    details: { field },
    message: expect.stringMatching(message),
  })
})

test('a second rule of one name that says something else is let in', () => {
  expect(rulesOf(edited(FILE, document => addRule(document, rule({ needs: ['gpu'] }), { at: null })))).toHaveLength(3)
  expect(
    rulesOf(edited(FILE, document => addRule(document, rule({ kind: 'command', pin: pinTo('big') }), { at: null }))),
  ).toHaveLength(3)
})
