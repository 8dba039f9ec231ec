/**
 * From the printing of a line until it is painted. Who prints writes the time into each line; it and the page read one clock, the machine's.
 */
import type { Page } from 'playwright-core'

/** A script for bash. Not in step with the frames, and long enough for the line before to be over. */
export const TIMED_LINES =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that expands this.
  'for n in $(seq 1 100000); do echo "line $n at ${EPOCHREALTIME/./}."; sleep 0.1$((RANDOM % 90 + 10)); done'

/** `rows`: the selector of the rows in which lines stand; null for the terminal. Milliseconds, of `count` lines; the first one seen is none of them. */
export async function paintedLines(page: Page, what: { rows: string | null; count: number }): Promise<number[]> {
  return await page.evaluate(measureLines, what)
}

/** In the page. */
function measureLines({ rows, count }: { rows: string | null; count: number }): Promise<number[]> {
  return new Promise(resolve => {
    const figures: number[] = []
    const pageBegan = window.bench.epoch(0)
    let last = 0
    const drawn = (texts: readonly string[]) => {
      const lines = texts.flatMap(text => [...text.matchAll(/line (\d+) at (\d{16})\./g)])
      const [, number, printedAt] = lines.toSorted((a, b) => Number(a[1]) - Number(b[1])).at(-1) ?? []
      if (number === undefined || Number(number) <= last) return
      // What stands there at first came at any time.
      const isFirst = last === 0
      last = Number(number)
      if (isFirst) return
      void window.bench.painted().then(at => {
        figures.push(pageBegan + at - Number(printedAt) / 1_000)
        if (figures.length === count) resolve(figures)
      })
    }
    if (rows === null) window.benchTerminal.onDrawn(drawn)
    else {
      const texts = () => [...document.querySelectorAll(rows)].map(row => row.textContent ?? '')
      new MutationObserver(() => drawn(texts())).observe(document.body, { subtree: true, childList: true })
    }
  })
}
