/**
 * The life of a core's process without a window: it tells whoever started it that it is ready or why it is not, and ends in order on a
 * signal, at once on the second and on a mistake of ours.
 *
 * Exit codes: 0 closed, 1 could not start, 2 wrong arguments, 70 a mistake of ours, 75 another core of this user runs.
 */
import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { CORE_MEMORY } from '../shared/core-memory.ts'
import { toErrorBody } from '../shared/errors.ts'
import { VERSION } from '../shared/version.ts'
import { EXIT_MISTAKE, endOnMistakes, type LastWords } from './last-words.ts'
import type { RunningCore } from './running-core.ts'

/** As much of a core as its process must know. */
type Core = Pick<RunningCore, 'socketPath' | 'close' | 'closed'>
export type CreateCore = (options: { env: NodeJS.ProcessEnv; version: string }) => Promise<Core>

const EXIT_USAGE = 2
const EXIT_ALREADY_RUNNING = 75
/** Longer than the server gives calls under way. */
const CLOSE_TIMEOUT_MS = 10_000

/** `--foreground`: says on stdout that it is ready. Without it a parent that gave a message channel is told there. */
export async function runHeadless(createCore: CreateCore, words: readonly string[]): Promise<void> {
  const wrong = words.find(word => word !== '--foreground')
  if (wrong !== undefined) {
    process.stderr.write(`The core takes only --foreground, not ${JSON.stringify(wrong)}\n`)
    process.exit(EXIT_USAGE)
  }
  // It has taken effect; whatever the core starts is to have what its user has.
  for (const [name, value] of Object.entries(CORE_MEMORY)) if (process.env[name] === value) delete process.env[name]
  delete process.env.ELECTRON_RUN_AS_NODE // Of a core that follows a window's.
  const lastWords = endOnMistakes('core')
  const core = await start(createCore, lastWords)
  keepSmall()
  endOnSignals(core, lastWords)
  if (words.includes('--foreground')) process.stdout.write(`drover core ready ${core.socketPath}\n`)
  await tellParent({ ready: core.socketPath })
  await core.closed
  process.exit(0)
}

async function start(createCore: CreateCore, { note }: LastWords): Promise<Core> {
  try {
    return await createCore({ env: process.env, version: VERSION })
  } catch (cause) {
    const error = toErrorBody(cause)
    note(error.code === 'INTERNAL' && cause instanceof Error ? (cause.stack ?? error.message) : error.message)
    await tellParent({ error })
    process.exit(error.code === 'CORE_RUNNING' ? EXIT_ALREADY_RUNNING : error.code === 'INTERNAL' ? EXIT_MISTAKE : 1)
  }
}

/**
 * From now on it idles most of its life, so its heap is to be kept small rather than collected seldom: 4 to 5 MB less, and pushes and output
 * were as quick. As a flag of the start it would cost a quarter of that: V8 takes what is compiled already only under the flags it was
 * compiled with. So what was compiled until now is kept before they change.
 */
function keepSmall(): void {
  flushCompileCache()
  setFlagsFromString('--optimize-for-size')
}

function endOnSignals(core: Core, { note, fail }: LastWords): void {
  let isClosing = false
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isClosing) process.exit(1)
      isClosing = true
      setTimeout(() => {
        note(`The core did not close within ${CLOSE_TIMEOUT_MS / 1000} s and is ended`)
        process.exit(1)
      }, CLOSE_TIMEOUT_MS).unref()
      core.close(signal).catch(fail)
    })
  }
}

async function tellParent(report: object): Promise<void> {
  if (process.send === undefined) return
  // The parent may be gone: then nobody waits for it.
  await new Promise<void>(resolve => process.send?.(report, () => resolve()))
  if (process.connected) process.disconnect()
}
