import { expect, test } from 'vitest'
import { type Column, plainLines, tableLines } from './table.ts'
import { displayWidth } from './width.ts'

const COLUMNS: Column[] = [
  { title: 'ID' },
  { title: 'CWD', minWidth: 6, cut: 'start' },
  { title: 'COMMAND', minWidth: 8 },
  { title: 'TIME', align: 'right' },
]
const ROWS = [
  ['1a2b3c4d', '~/work/some/deep/project', 'make -j8 all test install', '0:02:14'],
  ['99', '~', '日本語 --flag', '10:00:00'],
]

test('columns are as wide as what is in them', () => {
  expect(tableLines(COLUMNS, ROWS, { width: 200 })).toEqual([
    'ID        CWD                       COMMAND                        TIME',
    '1a2b3c4d  ~/work/some/deep/project  make -j8 all test install   0:02:14',
    '99        ~                         日本語 --flag              10:00:00',
  ])
})

test('on a narrow terminal the columns that may give way do, the widest first', () => {
  const lines = tableLines(COLUMNS, ROWS, { width: 50 })
  expect(lines).toEqual([
    'ID        CWD             COMMAND             TIME',
    '1a2b3c4d  …/deep/project  make -j8 all …   0:02:14',
    '99        ~               日本語 --flag   10:00:00',
  ])
  for (const line of lines) expect(displayWidth(line)).toBe(50)
})

test('on a terminal that is too narrow for all, nothing shrinks below what can be read', () => {
  const [, first] = tableLines(COLUMNS, ROWS, { width: 10 })
  expect(first).toBe('1a2b3c4d  …oject  make -j…   0:02:14')
})

test('a cell cannot break its row or act on the terminal', () => {
  expect(tableLines([{ title: 'A' }, { title: 'B' }], [['x\ny', '\x1b[2J']], { width: 80 })[1]).toBe('x\\ny  \\e[2J')
  expect(plainLines([['a\tb\nc', '\u202ed']])).toEqual(['a\\tb\\nc\t\\u{202e}d'])
})

test('paint goes around the padded cell, so that colours do not move columns', () => {
  const columns: Column[] = [{ title: 'STATUS', paint: cell => `<${cell}>` }, { title: 'X' }]
  expect(tableLines(columns, [['ok', 'y']], { width: 80 })[1]).toBe('<ok    >  y')
})
