import { describe, expect, test } from 'vitest'
import { parseUntil, untilText } from '../../shared/until.ts'
import { parseConfig } from './schema.ts'

const parse = (rules: string) =>
  parseConfig('/c.yaml', `hosts:\n  - { name: box, connection: box, drain: true }\nrules:\n${rules}`)

test('what may be said of a command', () => {
  const text = `  - { app: firefox, pin: box, fallback: local, until: 2030-12-31T18:00Z }
  - { command: "make *", affinity: box }
  - { command: train*, needs: [gpu, "arch:arm64", big] }
`
  expect(parse(text)).toMatchObject({
    hosts: [{ name: 'box', drain: true }],
    local: { tags: [], drain: false },
    rules: [
      {
        kind: 'app',
        pattern: 'firefox',
        pin: { host: 'box', fallback: 'local', until: Date.UTC(2030, 11, 31, 18) },
        affinity: null,
        needs: [],
      },
      { kind: 'command', pattern: 'make *', pin: null, affinity: 'box', needs: [] },
      { kind: 'command', pattern: 'train*', pin: null, affinity: null, needs: ['gpu', 'arch:arm64', 'big'] },
    ],
  })
})

test.each<[string, RegExp]>([
  ['  - { pin: box }', /c.yaml:4:5: rules\[0\]: needs one of app and command/],
  ['  - { app: a, command: b, pin: box }', /needs one of app and command/],
  ['  - { app: a }', /says nothing: it needs pin, affinity or needs/],
  ['  - { app: a, affinity: box, fallback: auto }', /rules\[0\].fallback: means nothing without pin/],
  ['  - { app: a, pin: nobody }', /rules\[0\].pin: there is no host named nobody/],
  ['  - { app: a, pin: auto }', /there is no host named auto/],
  ['  - { app: a, pin: box, fallback: box }', /is the host it is pinned to/],
  ['  - { app: a, pin: box, until: tomorrow }', /must be a date, as 2030-12-31/],
  ['  - { app: "**", pin: box }', /would fit everything/],
  ['  - { app: a, needs: ["has space"] }', /a need is gpu, arch:NAME/],
  ['  - { app: a, pinn: box }', /did you mean pin\?/],
])('%s is refused, with its place', (rules, message) => {
  expect(() => parse(rules)).toThrow(message)
})

describe('until', () => {
  test('a day holds to its end, here; a time is that moment', () => {
    expect(parseUntil('2030-12-31')).toBe(new Date(2031, 0, 1).getTime())
    expect(parseUntil('2030-12-31T18:00')).toBe(new Date(2030, 11, 31, 18).getTime())
    expect(parseUntil('2030-12-31 18:00:30+01:00')).toBe(Date.UTC(2030, 11, 31, 17, 0, 30))
    expect(untilText(Date.UTC(2030, 11, 31, 18))).toBe('2030-12-31T18:00:00Z')
  })

  test.each(['', '2030', '2030-02-31', '2030-13-01', '2030-01-01T25:00', '31.12.2030', 'Z'])('%s is no date', text => {
    expect(parseUntil(text)).toBeNull()
  })
})
