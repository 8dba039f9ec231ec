/** A screen that is drawn in place until the person leaves it: `top`. Keys and size come here; what is shown is the caller's. */
import type { Cli } from './cli.ts'
import { RawTerminal } from './terminal.ts'

export type LiveScreen = {
  /** As many as there are; what does not fit is cut off below. */
  lines(): readonly string[]
  /** A printable key. True when there is something else to be shown now. */
  key(key: string): boolean
  /** Begins to watch; `redraw` may be called as often as one likes, and `fail` ends it all. What it gives ends the watching. */
  watch(redraw: () => void, fail: (error: Error) => void): Promise<() => void>
}

const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l'
const REDRAW_MS = 100
/** Ctrl+C, Ctrl+D, Escape, q. */
const LEAVE_KEYS = ['\x03', '\x04', '\x1b', 'q']

export async function showScreen(cli: Cli, screen: LiveScreen): Promise<number> {
  const terminal = new RawTerminal(cli.stdin, cli.out.stdout)
  let drawTimer: NodeJS.Timeout | undefined
  const draw = () => {
    clearTimeout(drawTimer)
    drawTimer = undefined
    const lines = screen.lines().slice(0, Math.max(1, terminal.size.rows - 1))
    cli.out.stdout.write(`\x1b[H${lines.map(line => `${line}\x1b[K\r\n`).join('')}\x1b[J`)
  }
  const redraw = () => {
    drawTimer ??= setTimeout(draw, REDRAW_MS)
  }
  terminal.hold()
  terminal.touchScreen()
  cli.out.stdout.write(ENTER_SCREEN)
  let stop: () => void = () => undefined
  try {
    const { promise: hasLeft, resolve: leave, reject: fail } = Promise.withResolvers<void>()
    hasLeft.catch(() => undefined) // It may fail when nobody waits for it any more.
    terminal.onInput(bytes => {
      const keys = bytes.toString('latin1')
      // An arrow key begins with Escape, and is none.
      if (LEAVE_KEYS.includes(keys) || keys.includes('\x03')) leave()
      else if ([...keys].map(key => screen.key(key)).some(Boolean)) draw()
    })
    terminal.onResize(draw)
    draw()
    stop = await Promise.race([screen.watch(redraw, fail), hasLeft.then(() => () => undefined)])
    await hasLeft
    return 0
  } finally {
    stop()
    clearTimeout(drawTimer)
    terminal.pauseInput()
    terminal.release()
  }
}
