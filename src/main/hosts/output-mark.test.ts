import { expect, test } from 'vitest'
import { markOutput, NoiseFilter, newMark } from './output-mark.ts'

function filtered(mark: string, chunks: readonly string[]): string {
  const filter = new NoiseFilter(mark)
  return [...chunks.map(chunk => filter.take(Buffer.from(chunk))), filter.rest()].map(String).join('')
}

test('drops what comes before the mark, wherever the chunks are cut, and nothing after it', () => {
  const mark = newMark()
  const output = `noise ${mark.slice(0, -1)}\nout ${mark} put\n`
  const all = `noise\n${mark.slice(0, 5)}${mark}${output}`
  for (let cut = 0; cut <= all.length; cut++) expect(filtered(mark, [all.slice(0, cut), all.slice(cut)])).toBe(output)
  expect(filtered(mark, [...all])).toBe(output)
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
