/** Questions to the person at the terminal. They are asked on stderr, so that stdout stays clean for results. */

import type { Cli } from './cli.ts'
import { InterruptedError } from './errors.ts'
import type { OutputStream } from './output.ts'
import { RawTerminal } from './terminal.ts'

const CTRL_C = 0x03
const CTRL_D = 0x04
const CTRL_U = 0x15
const BACKSPACES = [0x08, 0x7f]
const ENTERS = [0x0a, 0x0d]

/** Whether there is somebody to ask. */
export function canAsk(cli: Cli): boolean {
  return cli.stdin.isTTY === true && cli.out.stderr.isTTY === true
}

/** True only for a clear yes. @throws {InterruptedError} on Ctrl+C. */
export async function askYes(cli: Cli, question: string): Promise<boolean> {
  const answer = await askLine(cli, `${question} [y/N] `, { isHidden: false })
  return /^y(es)?$/i.test(answer.trim())
}

/** The text typed, which is shown nowhere. @throws {InterruptedError} on Ctrl+C or Ctrl+D. */
export function askSecret(cli: Cli, prompt: string): Promise<string> {
  return askLine(cli, prompt, { isHidden: true })
}

/** Reads keys itself, in raw mode: the line editor of readline would echo, and keep what was typed in its history. */
async function askLine(cli: Cli, prompt: string, { isHidden }: { isHidden: boolean }): Promise<string> {
  const terminal = new RawTerminal(cli.stdin, cli.out.stdout)
  const echo: OutputStream = cli.out.stderr
  echo.write(prompt)
  terminal.hold()
  try {
    return await readLine(terminal, typed => {
      if (!isHidden) echo.write(typed)
    })
  } finally {
    terminal.release()
    echo.write('\n')
  }
}

function readLine(terminal: RawTerminal, show: (text: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: number[] = []
    const settle = (finish: () => void) => {
      stop()
      finish()
    }
    const stop = terminal.onInput(bytes => {
      for (const byte of bytes) {
        if (ENTERS.includes(byte)) return settle(() => resolve(Buffer.from(typed).toString('utf8')))
        if (byte === CTRL_C || (byte === CTRL_D && typed.length === 0)) return settle(() => reject(new InterruptedError()))
        if (byte === CTRL_U) {
          show('\b \b'.repeat(Buffer.from(typed).toString('utf8').length))
          typed = []
        } else if (BACKSPACES.includes(byte)) {
          if (typed.length > 0) show('\b \b')
          typed = dropLast(typed)
        } else if (byte >= 0x20) {
          typed.push(byte)
          show(
            Buffer.from([byte])
              .toString('latin1')
              .replace(/[^\x20-\x7e]/, '?'),
          )
        }
      }
    })
  })
}

/** Without the last character, of however many bytes. */
function dropLast(typed: readonly number[]): number[] {
  let end = typed.length - 1
  while (end > 0 && ((typed[end] ?? 0) & 0xc0) === 0x80) end--
  return typed.slice(0, Math.max(0, end))
}
