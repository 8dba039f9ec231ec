/** Brings what was dropped to the core, and keeps the store told of it. One after the other: two would share the link all the same. */
import { toErrorBody } from '../../shared/errors.ts'
import { core } from '../core.ts'
import { useCore } from '../stores/core-store.ts'
import { addDrop, addPath, askAbout, changeDrop, type DropView } from '../stores/drops.ts'
import type { DropSource } from './drop-source.ts'
import { type DropStep, sendDrop } from './send-drop.ts'
import { combined, type FolderThing, nameFor, type Thing } from './things.ts'
import { makeWay } from './use-turns.ts'

const SHOWN_EVERY_MS = 100
/** A core that was killed takes a moment to be missed. */
const LOST_MS = 100

let lastId = 0
let before: Promise<void> = Promise.resolve()

/** What a person dropped: several things, among them a folder, are asked about first. */
export function takeThings(things: readonly Thing[]): void {
  const [only, ...others] = things
  if (!only) return
  if (others.length === 0 && only.kind === 'folder') takeFolder(only)
  else if (things.every(thing => thing.kind === 'file')) startDrop(combined(nameFor(things), things))
  else askAbout(things)
}

/** By its path where that is known, else by what is in it. */
export function takeFolder({ path, source }: FolderThing): void {
  if (path === null) startDrop(source)
  else {
    makeWay()
    addPath(path)
  }
}

export function startDrop(source: DropSource): void {
  const id = ++lastId
  makeWay()
  addDrop({ ...begin(id, source), id, name: source.name, lost: [], isAwaited: false })
}

/** What a drop is at its beginning, which is queued with this. */
function begin(id: number, source: DropSource): Omit<DropView, 'id' | 'name' | 'lost' | 'isAwaited'> {
  const abort = new AbortController()
  before = before.then(() => run(id, source, abort.signal))
  return {
    startedAt: Date.now(),
    step: { kind: 'listing', entries: 0 },
    folder: null,
    decision: null,
    cancel: () => abort.abort(),
    retry: () => changeDrop(id, begin(id, source)),
  }
}

async function run(id: number, source: DropSource, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const show = showing(id)
  try {
    const { lost, missing } = await sendDrop({
      core,
      source,
      signal,
      onStep: show.step,
      onBegun: folder => changeDrop(id, { folder }),
      onDecision: decision => changeDrop(id, { decision }),
      reconnected,
    })
    show.end({ step: { kind: 'whole' }, lost: [...lost, ...missing] })
  } catch (error) {
    // Whoever cancelled it has done with it.
    if (signal.aborted) return show.end({})
    show.end({ step: { kind: 'failed', error: toErrorBody(error) } })
  }
}

/** A figure that changes a thousand times a second is drawn ten times. */
function showing(id: number): { step(step: DropStep): void; end(change: Partial<DropView>): void } {
  let latest: DropStep | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const draw = () => {
    timer = undefined
    if (latest) changeDrop(id, { step: latest })
  }
  return {
    step: step => {
      latest = step
      timer ??= setTimeout(draw, SHOWN_EVERY_MS)
    },
    end: change => {
      clearTimeout(timer)
      changeDrop(id, change)
    },
  }
}

/** Settles when the core can be asked again. */
async function reconnected(signal: AbortSignal): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, LOST_MS))
  if (useCore.getState().link.kind === 'connected') return
  await new Promise<void>((resolve, reject) => {
    const stop = useCore.subscribe(({ link }) => {
      if (link.kind === 'connected') settle(resolve)
      else if (link.kind === 'refused') settle(() => reject(new Error(link.message)))
    })
    const settle = (end: () => void) => {
      stop()
      signal.removeEventListener('abort', abort)
      end()
    }
    const abort = () => settle(() => reject(signal.reason))
    signal.addEventListener('abort', abort)
  })
}
