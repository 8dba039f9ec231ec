/**
 * The page of terminal:feed: bytes go into our terminal as a stream of the core's brings them, and into xterm.js by itself. What is ours
 * is the code of the window: the stream with its window of flow control, what feeds the screen from it, and the screen.
 */
import '@xterm/xterm/css/xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebglAddon } from '@xterm/addon-webgl'
import { Terminal } from '@xterm/xterm'
import { feed } from '../../src/renderer/terminal/feed.ts'
import { hasGraphicsCard } from '../../src/renderer/terminal/graphics-card.ts'
import { openScreen } from '../../src/renderer/terminal/screen.ts'
import { CoreStream } from '../../src/shared/core-stream.ts'
import { STREAM_WINDOW_BYTES } from '../../src/shared/frames.ts'

/** Bytes fed, and the milliseconds until the last of them was painted. */
type Feeding = (blocks: number) => Promise<number>
declare global {
  interface Window {
    feedOurs: Feeding
    feedXterm: Feeding
    hasGraphicsCard: typeof hasGraphicsCard
  }
}

/** As a message of the core's has them. */
const CHUNK_BYTES = 32 * 1024
/** What xterm.js may have before it. Its own guide has less, and with less it is slower. */
const XTERM_PENDING_BYTES = 1024 * 1024
const COLUMNS = 140
const ROWS = 30

const encoder = new TextEncoder()
const block = encoder.encode(buildOutput())
const place = document.getElementById('place')
if (place === null) throw new Error('The page lacks its #place')

window.hasGraphicsCard = hasGraphicsCard

window.feedOurs = blocks =>
  inPlace(async element => {
    const nothing = () => undefined
    const screen = openScreen(element, { hovered: nothing, linkClicked: nothing, search: nothing, leave: nothing })
    screen.terminal.resize(COLUMNS, ROWS)
    let credit = STREAM_WINDOW_BYTES
    const chunks = chunksOf(blocks)
    const send = () => {
      for (let chunk = chunks.peek(); chunk !== undefined && chunk.length <= credit; chunk = chunks.peek()) {
        credit -= chunk.length
        stream.received(chunk)
        chunks.next()
      }
      if (chunks.peek() === undefined) stream.ended(null)
    }
    const stream = new CoreStream({
      took: bytes => {
        credit += bytes
        // As from a socket: in a task of its own.
        setTimeout(send)
      },
      ...{ send: nothing, resize: nothing, close: nothing },
    })
    const startedAt = performance.now()
    send()
    await feed(stream, (bytes, done) => screen.terminal.write(bytes, done))
    const tookMs = (await allPainted(screen.terminal)) - startedAt
    const { options } = screen.terminal
    console.assert(options.scrollback === XTERM_OPTIONS.scrollback, 'The peer has other options')
    screen.dispose()
    return tookMs
  })

/** The same options, without what we add. */
const XTERM_OPTIONS = {
  allowProposedApi: true,
  fontFamily: 'monospace',
  fontSize: 13,
  lineHeight: 1.2,
  scrollback: 50_000,
  minimumContrastRatio: 4.5,
}

window.feedXterm = blocks =>
  inPlace(async element => {
    const terminal = new Terminal({ ...XTERM_OPTIONS, cols: COLUMNS, rows: ROWS })
    terminal.loadAddon(new FitAddon())
    terminal.loadAddon(new Unicode11Addon())
    terminal.unicode.activeVersion = '11'
    terminal.open(element)
    // Drawn in the same way: that is not what is compared.
    if (hasGraphicsCard()) terminal.loadAddon(new WebglAddon())
    const chunks = chunksOf(blocks)
    const startedAt = performance.now()
    await new Promise<void>(resolve => {
      let pending = 0
      const write = () => {
        for (let chunk = chunks.peek(); chunk !== undefined && pending < XTERM_PENDING_BYTES; chunk = chunks.peek()) {
          const { length } = chunk
          pending += length
          terminal.write(chunk, () => {
            pending -= length
            if (chunks.peek() !== undefined) write()
            else if (pending === 0) resolve()
          })
          chunks.next()
        }
      }
      write()
    })
    const tookMs = (await allPainted(terminal)) - startedAt
    terminal.dispose()
    return tookMs
  })

async function inPlace(work: (element: HTMLElement) => Promise<number>): Promise<number> {
  const element = document.createElement('div')
  element.style.height = '100%'
  place?.append(element)
  try {
    return await work(element)
  } finally {
    element.remove()
  }
}

/** Parsed is not painted: the last lines are, once xterm.js has drawn again. */
function allPainted(terminal: Terminal): Promise<number> {
  return new Promise(resolve => {
    const listening = terminal.onRender(() => {
      listening.dispose()
      resolve(window.bench.painted())
    })
    terminal.write('\r\nall fed')
  })
}

/** Each its own: what was written to a terminal is the terminal's. */
function chunksOf(blocks: number): { peek(): Uint8Array | undefined; next(): void } {
  const end = blocks * block.length
  let at = 0
  const cut = () =>
    at >= end ? undefined : block.slice(at % block.length, Math.min(block.length, (at % block.length) + CHUNK_BYTES))
  let chunk = cut()
  return {
    peek: () => chunk,
    next: () => {
      at += chunk?.length ?? 0
      chunk = cut()
    },
  }
}

/** A megabyte of what builds and tests print: colours, paths, bars that are drawn over, some letters that are no ASCII. */
function buildOutput(): string {
  const lines: string[] = []
  for (let length = 0, line = 0; length < 1_000_000; line++) {
    const text = lineOf(line)
    lines.push(text)
    length += text.length
  }
  return lines.join('')
}

function lineOf(line: number): string {
  const path = `src/module-${line % 97}/part-${line % 31}.c`
  switch (line % 6) {
    case 0:
      return `\x1b[32m  CC\x1b[0m      ${path}\r\n`
    case 1:
      return `\x1b[1m${path}:${line % 500}:7:\x1b[0m \x1b[35mwarning:\x1b[0m unused variable ‘count’ [\x1b[35m-Wunused\x1b[0m]\r\n`
    case 2:
      return `\r[${'#'.repeat(line % 60).padEnd(60, '.')}] ${line % 100} %\x1b[K\r\n`
    case 3:
      return `\x1b[38;5;${16 + (line % 200)}m✓\x1b[39m the test of ${path} took ${line % 1000} ms → fine\r\n`
    default:
      return `make[${line % 4}]: Entering directory '/home/me/projects/p${line % 7}/${path}', as it was told to do\r\n`
  }
}
