import { expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { renderLike } from './config-text.ts'
import { changeTags, refuseRuled, removePin, setAffinity, setDrain, setPin, setSound } from './rule-edits.ts'
import { parseConfig, playsSound } from './schema.ts'
import { parseYaml } from './yaml-source.ts'

const FILE = `# my machines
hosts:
  - name: big # in the cellar
    connection: big
    tags: [old]
  - { name: box, connection: box }
rules:
  # the browser wants its profile
  - app: firefox
    affinity: box
`
type Edit = Parameters<typeof setPin>[0]

function edited(text: string, edit: (document: Edit) => void): string {
  const { document } = parseYaml('c.yaml', text)
  edit(document)
  const after = renderLike(text, document)
  parseConfig('c.yaml', after)
  return after
}

function errorOf(text: string, edit: (document: Edit) => void): AppError {
  try {
    edited(text, edit)
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('it should have been refused')
}

const MAKE = { kind: 'command', pattern: 'make' } as const
const FIREFOX = { kind: 'app', pattern: 'firefox' } as const
const pin = { host: 'big', fallback: 'none', until: null }

test('a pin is written beside what its rule says already, or as a new rule; comments stay', () => {
  const text = edited(FILE, document => {
    setPin(document, FIREFOX, { host: 'big', fallback: 'auto', until: Date.UTC(2030, 0, 1) })
    setPin(document, MAKE, pin)
  })
  expect(text).toBe(`${FILE}    pin: big\n    fallback: auto\n    until: 2030-01-01T00:00:00Z\n  - command: make\n    pin: big\n`)
  expect(parseConfig('c.yaml', text).rules).toEqual([
    {
      kind: 'app',
      pattern: 'firefox',
      pin: { host: 'big', fallback: 'auto', until: 1_893_456_000_000 },
      affinity: 'box',
      needs: [],
    },
    { kind: 'command', pattern: 'make', pin: { host: 'big', fallback: 'none', until: null }, affinity: null, needs: [] },
  ])
})

test('a second pin takes the place of the first, and unpin leaves what else the rule says', () => {
  const twice = edited(FILE, document => {
    setPin(document, MAKE, { host: 'big', fallback: 'box', until: 1_893_456_000_000 })
    setPin(document, MAKE, { ...pin, host: 'local' })
    setPin(document, FIREFOX, pin)
  })
  expect(twice).toContain('- command: make\n    pin: local\n')
  expect(edited(twice, removeBoth)).toBe(FILE)
  expect(errorOf(FILE, document => removePin(document, MAKE))).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('drover rules'),
  })
})

function removeBoth(document: Edit): void {
  removePin(document, MAKE)
  removePin(document, FIREFOX)
}

test('an affinity is written and taken away; the last rule takes the list with it', () => {
  expect(edited('', document => setAffinity(document, MAKE, 'local'))).toBe('rules:\n  - command: make\n    affinity: local\n')
  const none = edited(FILE, document => setAffinity(document, FIREFOX, null))
  expect(none).not.toContain('rules')
  expect(errorOf(FILE, document => setAffinity(document, MAKE, null)).code).toBe('NOT_FOUND')
})

test('what names no host is refused, and so is a fallback to the same host', () => {
  expect(errorOf(FILE, document => setPin(document, MAKE, { ...pin, host: 'nobody' })).message).toContain(
    'Hosts: local, big, box',
  )
  expect(errorOf(FILE, document => setPin(document, MAKE, { ...pin, fallback: 'nobody' })).code).toBe('NOT_FOUND')
  expect(errorOf(FILE, document => setPin(document, MAKE, { ...pin, fallback: 'big' })).code).toBe('BAD_INPUT')
  expect(errorOf(FILE, document => setDrain(document, 'nobody', true)).code).toBe('NOT_FOUND')
})

test('a host is let play here and no longer; this machine needs no leave', () => {
  const text = edited(FILE, document => setSound(document, 'box', true))
  expect(text).toContain('- { name: box, connection: box, sound: true }')
  expect(playsSound(parseConfig('c.yaml', text), 'box')).toBe(true)
  expect(playsSound(parseConfig('c.yaml', text), 'big')).toBe(false)
  expect(edited(text, document => setSound(document, 'box', false))).toBe(FILE)
  expect(errorOf(FILE, document => setSound(document, 'local', true)).code).toBe('CONFLICT')
})

test('hosts are drained and tagged where they stand, this machine under a key of its own', () => {
  const text = edited(FILE, document => {
    setDrain(document, 'box', true)
    expect(changeTags(document, 'big', { add: ['gpu', 'gpu'], remove: ['old'] })).toEqual(['gpu'])
    setDrain(document, 'local', true)
    changeTags(document, 'local', { add: ['here'], remove: [] })
  })
  expect(text).toContain('tags: [ gpu ]')
  expect(text).toContain('- { name: box, connection: box, drain: true }')
  expect(parseConfig('c.yaml', text).local).toEqual({ tags: ['here'], drain: true })
  const back = edited(text, document => {
    for (const name of ['box', 'local']) setDrain(document, name, false)
    changeTags(document, 'local', { add: [], remove: ['here'] })
    changeTags(document, 'big', { add: ['old'], remove: ['gpu'] })
  })
  expect(back.replace('[ old ]', '[old]')).toBe(FILE)
  expect(errorOf(FILE, document => changeTags(document, 'big', { add: [], remove: ['gpu'] })).message).toBe(
    'big has no tag gpu. Its tags: old',
  )
})

test('a host that a rule names is not taken away', () => {
  expect(() => refuseRuled(parseYaml('c.yaml', FILE).document, 'big')).not.toThrow()
  expect(() => refuseRuled(parseYaml('c.yaml', FILE).document, 'box')).toThrow(/Rules name box, for firefox/)
})
