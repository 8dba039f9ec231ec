import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AlternateScreen } from './alternate-screen.ts'

function afterAll(pieces: readonly string[]): boolean {
  const screen = new AlternateScreen()
  for (const piece of pieces) screen.see(Buffer.from(piece, 'latin1'))
  return screen.isEntered
}

test.each([
  [[], false],
  [['text'], false],
  [['\x1b[?1049h'], true],
  [['\x1b[?1049h', 'text', '\x1b[?1049l'], false],
  [['\x1b[?1049l\x1b[?1049h text'], true],
  [['\x1b[?47h'], true],
  [['\x1b[?1047h\x1b[?1047l'], false],
  [['\x1b[?1048h\x1b[?10490h\x1b[1049h'], false],
])('%j leaves it entered: %s', (pieces, isEntered) => {
  expect(afterAll(pieces)).toBe(isEntered)
})

test('however the bytes are cut into pieces, the last switch counts', () => {
  const part = fc.constantFrom('\x1b[?1049h', '\x1b[?1049l', '\x1b[?47h', '\x1b[?47l', 'text', '\x1b[?', '1049')
  fc.assert(
    fc.property(fc.array(part), fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (parts, lengths) => {
      const whole = parts.join('')
      const pieces: string[] = []
      for (let at = 0, index = 0; at < whole.length; index++) {
        const length = lengths[index % lengths.length] ?? 1
        pieces.push(whole.slice(at, at + length))
        at += length
      }
      const switches = whole.match(/\x1b\[\?(47|1047|1049)[hl]/g)
      expect(afterAll(pieces)).toBe(switches?.at(-1)?.endsWith('h') ?? false)
    }),
  )
})
