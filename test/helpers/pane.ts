/** A terminal with a person at it: a pane of a tmux server of the test's own, typed into and looked at. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { waitFor } from './wait.ts'

export type PaneOptions = {
  env: Record<string, string>
  cwd?: string
  columns?: number
  rows?: number
  shell?: readonly string[]
}

export class Pane {
  readonly #socket: string
  readonly #env: Record<string, string>

  static open(options: PaneOptions): Pane {
    const folder = mkdtempSync(join(tmpdir(), 'pane-'))
    const pane = new Pane(join(folder, 's'), options.env)
    onTestFinished(() => {
      pane.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const { columns = 100, rows = 30, cwd = options.env.HOME ?? '/', shell = ['sh'] } = options
    pane.#tmux(['-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', cwd, ...shell])
    pane.#tmux(['set', '-g', 'status', 'off'])
    return pane
  }

  private constructor(socket: string, env: Record<string, string>) {
    this.#socket = socket
    this.#env = env
  }

  /** Types a line and Enter. */
  line(text: string): void {
    this.type(text)
    this.keys('Enter')
  }

  type(text: string): void {
    this.#tmux(['send-keys', '-l', '--', text])
  }

  /** Keys by tmux's names: `C-c`, `C-b`, `Enter`, `Tab`. */
  keys(...names: string[]): void {
    this.#tmux(['send-keys', ...names])
  }

  /** What is on the screen, without blanks at the ends of lines. */
  screen(): string {
    return this.#tmux(['capture-pane', '-p']).replace(/\n+$/, '')
  }

  /** As `screen`, with the colours and styles as escape sequences. */
  coloured(): string {
    return this.#tmux(['capture-pane', '-p', '-e']).replace(/\n+$/, '')
  }

  /** Pastes as a terminal does: in brackets if the program has asked for them. */
  paste(text: string): void {
    this.#tmux(['set-buffer', '--', text])
    this.#tmux(['paste-buffer', '-p'])
  }

  async sees(text: string | RegExp, timeoutMs = 10_000): Promise<string> {
    try {
      return await waitFor(
        () => {
          const screen = this.screen()
          return (typeof text === 'string' ? screen.includes(text) : text.test(screen)) && screen
        },
        { timeoutMs, what: `${text} on the screen` },
      )
    } catch (cause) {
      throw new Error(`Never seen: ${text}. On the screen is\n${this.screen()}`, { cause })
    }
  }

  resize(columns: number, rows: number): void {
    this.#tmux(['resize-window', '-x', String(columns), '-y', String(rows)])
  }

  /** A value of tmux about the pane, as `alternate_on` or `cursor_flag`. */
  ask(name: string): string {
    return this.#tmux(['display-message', '-p', `#{${name}}`]).trim()
  }

  /** Several of them, for the price of one. */
  askAll(...names: string[]): string[] {
    return this.#tmux(['display-message', '-p', names.map(name => `#{${name}}`).join('\n')]).split('\n')
  }

  close(): void {
    try {
      this.#tmux(['kill-server'])
    } catch {
      // It has ended with its shell.
    }
  }

  #tmux(args: readonly string[]): string {
    const env = { PATH: process.env.PATH ?? '', ...this.#env }
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] })
  }
}
