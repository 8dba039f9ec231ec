/** A person at a terminal with the built product: `drover` and `p` are in the PATH of a real shell, in a pane of a real tmux. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { Pane, type PaneOptions } from './pane.ts'
import { DROVER, type Product } from './product.ts'
import { waitFor } from './wait.ts'

export function sitDown(product: Product, options: Omit<PaneOptions, 'env'> & { env?: Record<string, string> } = {}): Pane {
  const env: Record<string, string> = { ...product.env, TERM: 'tmux-256color', ...options.env }
  return Pane.open({ ...options, env: { ...env, PATH: `${commandsOf(product)}:${env.PATH}` } })
}

/** A folder with links to the launcher, which answers to the name it is called by. */
function commandsOf(product: Product): string {
  const folder = join(product.home.dir, 'bin')
  if (existsSync(folder)) return folder
  mkdirSync(folder)
  for (const name of ['drover', 'p']) symlinkSync(DROVER, join(folder, name))
  return folder
}

/** What programs may switch in a terminal, as tmux has it for the pane; bracketed paste is asked for by `pasted`. */
const MODES = [
  'alternate_on',
  'cursor_flag',
  'insert_flag',
  'keypad_cursor_flag',
  'keypad_flag',
  'mouse_all_flag',
  'mouse_any_flag',
  'mouse_button_flag',
  'mouse_sgr_flag',
  'mouse_standard_flag',
  'mouse_utf8_flag',
  'origin_flag',
  'wrap_flag',
]

export type TerminalState = { line: string; modes: string }

/** The line settings of the person's terminal, but for its size, and its modes. */
function terminalState(pane: Pane): TerminalState {
  const ask = ['pane_tty', 'scroll_region_upper', 'scroll_region_lower', 'pane_height', ...MODES]
  const [tty = '', upper, lower, height, ...values] = pane.askAll(...ask)
  const line = execFileSync('stty', ['-a', '-F', tty], { encoding: 'utf8' })
  const modes = MODES.map((mode, index) => `${mode}=${values[index]}`)
  const region = `${upper} ${Number(lower) - Number(height)}`
  return { line: line.replace(/rows \d+; columns \d+; /, ''), modes: [...modes, `scroll_region=${region}`].join(' ') }
}

/** What the person has before any command. The terminal is set up in the moments before its shell asks for one. */
export async function stateAtPrompt(pane: Pane): Promise<TerminalState> {
  await pane.sees(/[#$]/)
  return terminalState(pane)
}

/** The person has the terminal back as it was, and colours, paste and keys do what a shell expects. */
export async function expectAsBefore(pane: Pane, before: TerminalState): Promise<void> {
  await waitFor(() => expect(terminalState(pane)).toEqual(before) ?? true).catch(error => {
    throw error.cause ?? error // It has both values.
  })
  pane.line('clear; cat -v')
  await waitFor(() => pane.screen() === '', { what: 'a clear screen' })
  pane.paste('plain')
  pane.line('')
  await waitFor(() => pane.coloured() === 'plain\nplain', { what: 'text that is pasted and shown as it is' }).catch(error => {
    throw new Error(`${error.message}; there is ${JSON.stringify(pane.coloured())}`)
  })
  pane.keys('C-d')
}
