/** A person's terminal as xterm draws it, down to its cells, cursor and modes, so that two of them can be compared. */
import headless, { type IBufferCell } from '@xterm/headless'
import type { Channel, TerminalSize } from '../../src/main/hosts/transport.ts'

export type DrawnTerminal = {
  /** The rows, without the spaces at their ends. */
  text(): string[]
  /** Everything that can be seen or felt of it, as text that shows well where two differ. */
  picture(): Promise<string[]>
  /** All that has come. */
  received(): Buffer
}

export function drawTerminal(channel: Channel, { columns, rows }: TerminalSize): DrawnTerminal {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true })
  const chunks: Buffer[] = []
  let title = ''
  let isCursorShown = true
  terminal.onTitleChange(text => {
    title = text
  })
  // The one mode that xterm keeps to itself; `false` lets xterm do its part.
  for (const [final, isShown] of [
    ['h', true],
    ['l', false],
  ] as const)
    terminal.parser.registerCsiHandler({ prefix: '?', final }, parameters => {
      if (parameters.includes(25)) isCursorShown = isShown
      return false
    })
  channel.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    terminal.write(chunk)
  })
  channel.stderr.resume()
  const line = (row: number) => terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row)
  const every = Array.from({ length: rows }, (_, row) => row)
  return {
    text: () => every.map(row => line(row)?.translateToString(true).trimEnd() ?? ''),
    picture: async () => {
      await new Promise<void>(resolve => terminal.write('', resolve)) // Until all is drawn.
      const { cursorX, cursorY, type } = terminal.buffer.active
      const cells = every.map(row => `${line(row)?.translateToString(true)}${styles(row)}`)
      const modes = Object.entries(terminal.modes).map(([name, value]) => `${name}=${value}`)
      return [...cells, `cursor ${cursorX},${cursorY} ${isCursorShown ? 'shown' : 'hidden'}`, type, title, ...modes]
    },
    received: () => Buffer.concat(chunks),
  }

  /** Where in a row which style begins: nothing for one that is plain. */
  function styles(row: number): string {
    let last = PLAIN
    const runs: string[] = []
    for (let column = 0; column < columns; column++) {
      const cell = line(row)?.getCell(column)
      const style = cell ? styleOf(cell) : PLAIN
      if (style !== last) runs.push(`${column}:${style}`)
      last = style
    }
    return runs.length === 0 ? '' : `  <${runs.join(' ')}>`
  }
}

const PLAIN = '0/-1,0/-1'

function styleOf(cell: IBufferCell): string {
  const flags = {
    bold: cell.isBold(),
    dim: cell.isDim(),
    italic: cell.isItalic(),
    underline: cell.isUnderline(),
    blink: cell.isBlink(),
    inverse: cell.isInverse(),
    invisible: cell.isInvisible(),
    strike: cell.isStrikethrough(),
    overline: cell.isOverline(),
  }
  const set = Object.entries(flags).flatMap(([name, value]) => (value ? [`,${name}`] : []))
  const wide = cell.getWidth() === 1 ? '' : `,w${cell.getWidth()}`
  return `${cell.getFgColorMode()}/${cell.getFgColor()},${cell.getBgColorMode()}/${cell.getBgColor()}${set.join('')}${wide}`
}
