/** As in-page.ts, for a terminal in the window: it is drawn by WebGL, so what stands on it is asked of xterm.js. */
import type { Terminal } from '@xterm/xterm'

export type TerminalProbe = {
  /** Calls back with the text of all rows in each frame that draws any. Returns its undo. */
  onDrawn(listener: (rows: readonly string[]) => void): () => void
  /** When a row that fits was painted: milliseconds since the page's beginning. */
  painted(pattern: string): Promise<number>
}

declare global {
  interface Window {
    benchTerminal: TerminalProbe
  }
}

/** Goes into the page as text: it may use nothing from outside itself. */
export function installTerminalProbe(): void {
  /** The page shows its terminals to nobody: the view that draws one holds its session among the state of React. */
  const shown = (): Terminal => {
    type Fiber = { return: Fiber | null; memoizedState: State | null }
    type State = { memoizedState: unknown; next: State | null }
    const element = document.querySelector('.job-terminal')
    const key = Object.keys(element ?? {}).find(name => name.startsWith('__reactFiber$'))
    let fiber = key === undefined ? null : ((element as unknown as Record<string, Fiber>)[key] ?? null)
    for (; fiber !== null; fiber = fiber.return) {
      for (let state = fiber.memoizedState; state?.next !== undefined; state = state.next) {
        const session = state.memoizedState as { screen?: { terminal: Terminal } } | null
        if (session?.screen) return session.screen.terminal
        if (state.next === null) break
      }
    }
    throw new Error('There is no terminal on this page')
  }
  const rowsOf = ({ buffer: { active }, rows }: Terminal) =>
    Array.from({ length: rows }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '')

  window.benchTerminal = {
    onDrawn: listener => {
      const terminal = shown()
      const listening = terminal.onRender(() => listener(rowsOf(terminal)))
      return () => listening.dispose()
    },
    painted: pattern =>
      new Promise(resolve => {
        const wanted = new RegExp(pattern)
        const forget = window.benchTerminal.onDrawn(rows => {
          if (!rows.some(row => wanted.test(row))) return
          forget()
          resolve(window.bench.painted())
        })
      }),
  }
}
