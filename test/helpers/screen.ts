/** What a person sees: a channel with a terminal, drawn by xterm. */
import headless from '@xterm/headless'
import type { Channel, TerminalSize } from '../../src/main/hosts/transport.ts'
import { waitFor } from './wait.ts'

export type Screen = {
  /** The rows, without the spaces at their ends. */
  rows(): string[]
  /** Waits until some row holds the text, and gives the rows. */
  shows(text: string | RegExp): Promise<string[]>
  type(keys: string): void
}

export function drawScreen(channel: Channel, size: TerminalSize): Screen {
  const terminal = new headless.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true })
  channel.stdout.on('data', (chunk: Buffer) => terminal.write(chunk))
  channel.stderr.resume()
  const rows = () => {
    const buffer = terminal.buffer.active
    return Array.from(
      { length: size.rows },
      (_, row) =>
        buffer
          .getLine(buffer.viewportY + row)
          ?.translateToString(true)
          .trimEnd() ?? '',
    )
  }
  return {
    rows,
    shows: async text => {
      const has = (row: string) => (typeof text === 'string' ? row.includes(text) : text.test(row))
      await waitFor(() => rows().some(has), { what: `${text} on the screen` }).catch(error => {
        throw new Error(`${error.message}:\n${rows().join('\n')}`)
      })
      return rows()
    },
    type: keys => channel.stdin.write(keys),
  }
}
