import { expect, test } from 'vitest'
import { markOutput, NoiseFilter, newMark } from './output-mark.ts'

function filtered(mark: string, chunks: readonly string[], hasTerminal = false): string {
  const filter = new NoiseFilter(mark, hasTerminal)
  return [...chunks.map(chunk => filter.take(Buffer.from(chunk))), filter.rest()].map(String).join('')
}

test('drops what comes before the mark, wherever the chunks are cut, and nothing after it', () => {
  const mark = newMark()
  const output = `noise ${mark.slice(0, -1)}\nout ${mark} put\n`
  const all = `noise\n${mark.slice(0, 5)}${mark}${output}`
  for (let cut = 0; cut <= all.length; cut++) expect(filtered(mark, [all.slice(0, cut), all.slice(cut)])).toBe(output)
  expect(filtered(mark, [...all])).toBe(output)
})

test('on a terminal, where the mark may be thrown away, what a program on the whole screen begins with ends the noise', () => {
  const mark = newMark()
  const screen = '\x1b[?1049h\x1b[H\x1b[2Jhello'
  const all = `\x1b[1mnoise\x1b[0m\r\n${screen}`
  for (let cut = 0; cut <= all.length; cut++) expect(filtered(mark, [all.slice(0, cut), all.slice(cut)], true)).toBe(screen)
  expect(filtered(mark, [`noise${mark}${screen}`], true)).toBe(screen)
  expect(filtered(mark, [all], false)).toBe(all)
})

test('without a mark everything is kept', () => {
  expect(filtered(newMark(), ['This account is ', 'not available.\n'])).toBe('This account is not available.\n')
  const flood = 'x'.repeat(700_000)
  expect(filtered(newMark(), [flood, flood, 'y'])).toBe(`${flood}${flood}y`)
})

test('the mark goes to both outputs, or to the terminal', () => {
  expect(markOutput('ls', 'm', false)).toBe('printf %s m; printf %s m >&2\nls')
  expect(markOutput('ls', 'm', true)).toBe('printf %s m\nls')
})
