/**
 * The terminal we run in, as something to be borrowed: raw mode, and given back as it was on every way out: at the end,
 * on a signal, on a crash. Only `kill -9` leaves it as it is.
 */
import type { ReadStream } from 'node:tty'
import type { OutputStream } from './output.ts'

/**
 * Leaves the alternate screen and switches off what a program may have switched on: mouse, focus and paste reports, application
 * keys, a hidden cursor, a scrolling region, colours. Each does nothing where it was not on.
 */
export const SCREEN_RESET =
  '\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?1l\x1b>\x1b[?7h\x1b[r\x1b[?1049l\x1b[?25h\x1b[0 q\x1b[0m'

/** What process.stdin is. */
export type Keys = ReadStream & { readonly fd: number }

const FATAL_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT']
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 }

export class RawTerminal {
  readonly #stdin: Keys
  readonly #stdout: OutputStream
  #isHeld = false
  #isScreenTouched = false
  readonly #restore = () => this.release()
  /** A shell that stopped us has set the terminal as it likes it. */
  readonly #resume = () => {
    this.#stdin.setRawMode(false)
    this.#stdin.setRawMode(true)
    keepLineEnds(this.#stdin.fd)
  }
  readonly #die = (signal: NodeJS.Signals) => {
    this.release()
    process.exit(128 + (SIGNAL_NUMBERS[signal] ?? 0))
  }

  constructor(stdin: Keys, stdout: OutputStream) {
    this.#stdin = stdin
    this.#stdout = stdout
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.#stdout.columns || 80, rows: this.#stdout.rows || 24 }
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Keys come as bytes from now on, Ctrl+C among them. */
  hold(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    this.#stdin.setRawMode(true)
    process.on('exit', this.#restore)
    for (const signal of FATAL_SIGNALS) process.on(signal, this.#die)
  }

  /**
   * Takes the terminal for a program elsewhere: what it writes is for a terminal in raw mode, where a newline only moves down.
   * Node's raw mode leaves the output as it was, so stty has to say it; without stty some programs draw a crooked screen.
   */
  holdForProgram(): void {
    this.hold()
    keepLineEnds(this.#stdin.fd)
    process.on('SIGCONT', this.#resume)
  }

  /** Says that a program draws on the screen from now on: it must be put right if we end before the program does. */
  touchScreen(): void {
    this.#isScreenTouched = true
  }

  /** Puts the screen right; for when the program could not do it itself. */
  resetScreen(): void {
    if (!this.#isScreenTouched) return
    this.#isScreenTouched = false
    this.#stdout.write(SCREEN_RESET)
  }

  /** The program has ended in the ordinary way and left the screen as it should be. */
  leaveScreen(): void {
    this.#isScreenTouched = false
  }

  /** Gives the terminal back. Safe to call twice. */
  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.resetScreen()
    try {
      this.#stdin.setRawMode(false)
    } catch {
      // The terminal itself is gone, as when its window was closed: there is nothing to restore.
    }
    process.off('exit', this.#restore).off('SIGCONT', this.#resume)
    for (const signal of FATAL_SIGNALS) process.off(signal, this.#die)
  }

  /** Calls back with every piece of input until undone. Input is read only while somebody listens. */
  onInput(listener: (bytes: Buffer) => void): () => void {
    this.#stdin.on('data', listener)
    this.#stdin.resume()
    return () => {
      this.#stdin.off('data', listener)
      this.#stdin.pause()
    }
  }

  pauseInput(): void {
    this.#stdin.pause()
  }

  resumeInput(): void {
    this.#stdin.resume()
  }

  onResize(listener: (size: { columns: number; rows: number }) => void): () => void {
    const resized = () => listener(this.size)
    this.#stdout.on('resize', resized)
    return () => this.#stdout.off('resize', resized)
  }
}

/** A newline of a program's only moves down. stty is started by few commands, so what starts it is loaded only here. */
function keepLineEnds(fd: number): void {
  process.getBuiltinModule('node:child_process').spawnSync('stty', ['-opost'], { stdio: [fd, 'ignore', 'ignore'] })
}
