/** The peer of the window's terminal: a tmux with a client in a terminal of this machine, all of whose output is taken at once. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ptyChannel } from '../src/main/hosts/pty.ts'
import type { TerminalSize } from '../src/main/hosts/transport.ts'
import { waitFor, within } from '../test/helpers/wait.ts'
import { epochMicroseconds } from './measure.ts'
import type { Stage } from './stage.ts'

export type BareTmux = {
  type(text: string): void
  /** When such text came out of it, in epoch microseconds. */
  prints(pattern: RegExp): Promise<number>
  /** Once its job has ended. */
  ended(): Promise<unknown>
}

/** How much of its output is looked at together. */
const TAIL = 10_000

/** `argv` as tmux's own first command; `log`: a file that has all of its output. */
export async function openTmux(
  { product: { env, home } }: Stage,
  { argv, size, log }: { argv: readonly string[]; size: TerminalSize; log?: string },
): Promise<BareTmux> {
  const socket = join(home.dir, `tmux-${randomUUID()}`)
  // In a file: no text of the job's is to be quoted for tmux, nor shown in its status line.
  const program = `${socket}.sh`
  writeFileSync(program, `exec ${argv.map(word => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')}\n`)
  const args = ['-u', '-f', '/dev/null', '-S', socket, 'new-session', 'sh', program]
  if (log !== undefined) args.push(';', 'pipe-pane', `cat >>${log}`)
  const { channel } = await ptyChannel({ file: 'tmux', args, cwd: home.dir, env, terminal: { ...size, term: 'xterm-256color' } })
  let tail = ''
  let look: () => void = () => undefined
  channel.stdout.setEncoding('latin1').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL)
    look()
  })
  await waitFor(() => tail !== '', { what: 'tmux to draw its screen' })
  return {
    type: text => void channel.stdin.write(text),
    prints: pattern =>
      within(
        new Promise<number>(resolve => {
          look = () => pattern.test(tail) && resolve(epochMicroseconds())
          look()
        }),
        { timeoutMs: 120_000, what: `${pattern} in tmux` },
      ),
    ended: () => within(channel.end, { timeoutMs: 30_000, what: 'the end of tmux' }),
  }
}
