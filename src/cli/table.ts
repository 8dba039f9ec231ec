/**
 * Rows for people, fitted to the terminal, or for programs, one tab-separated line each. Cells are made visible here,
 * so that no verb can forget it.
 */
import { visible } from '../shared/visible.ts'
import { cutStartToWidth, cutToWidth, displayWidth, padToWidth } from './width.ts'

export type Column = {
  title: string
  align?: 'left' | 'right'
  /** Gives way when the terminal is narrow, down to this many cells. Columns without it are never cut. */
  minWidth?: number
  /** Which end of a text that is too long is dropped; a path is known by its end. */
  cut?: 'start' | 'end'
  /** Colours a cell that has its final width. */
  paint?: (cell: string, row: number) => string
}

const GAP = '  '

/** Lines of a table with a title row, at most `width` cells wide where its columns can give way. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { width: number; paintTitle?: (title: string) => string },
): string[] {
  const { width, paintTitle = (title: string) => title } = options
  const safe = rows.map(row => columns.map((_, index) => visible(row[index] ?? '')))
  const widths = fitWidths(columns, safe, width)
  const title = columns.map((column, index) => padToWidth(column.title, widths[index] ?? 0, column.align))
  return [paintTitle(title.join(GAP).trimEnd()), ...safe.map((cells, row) => line(columns, cells, { widths, row }))]
}

/** The same rows for a program: no title, nothing cut, and no tab or newline inside a cell. */
export function plainLines(rows: readonly (readonly string[])[]): string[] {
  return rows.map(row => row.map(cell => visible(cell)).join('\t'))
}

function line(columns: readonly Column[], cells: readonly string[], at: { widths: readonly number[]; row: number }): string {
  const last = columns.length - 1
  return columns
    .map((column, index) => {
      const width = at.widths[index] ?? 0
      const cut = column.cut === 'start' ? cutStartToWidth : cutToWidth
      const text = cut(cells[index] ?? '', width)
      // The last column is not padded, so that lines do not wrap for blanks nobody sees.
      const cell = index === last && column.align !== 'right' ? text : padToWidth(text, width, column.align)
      return column.paint?.(cell, at.row) ?? cell
    })
    .join(GAP)
}

/** Takes what is too much from the widest of the columns that give way, cell by cell, so they end about equally wide. */
function fitWidths(columns: readonly Column[], rows: readonly (readonly string[])[], total: number): number[] {
  const widths = columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  )
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1) - total
  while (excess > 0) {
    let widest = -1
    for (const [index, column] of columns.entries()) {
      const width = widths[index] ?? 0
      if (column.minWidth !== undefined && width > column.minWidth && width > (widths[widest] ?? 0)) widest = index
    }
    if (widest < 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
    excess--
  }
  return widths
}
