/** What a page in a browser does with a dropped folder, without the browser: the same code, on a connection to a real core's socket. */
import { lstatSync, openAsBlob, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openConnection } from '../../src/cli/open-connection.ts'
import { batchesOf } from '../../src/renderer/drop/batches.ts'
import type { DropSource, SourceFile } from '../../src/renderer/drop/drop-source.ts'
import { type DropCore, type DropStep, type SendDropOptions, type SentDrop, sendDrop } from '../../src/renderer/drop/send-drop.ts'
import type { Call, DropDecision } from '../../src/shared/contract.ts'
import { type DropEntry, isRuleFile } from '../../src/shared/drop.ts'
import { listTree } from './folder-tree.ts'
import type { Product } from './product.ts'

export type DropClient = DropCore & { close(): void }
export type Dropped = SentDrop & { decision: DropDecision; steps: DropStep[] }

/** A connection to the product's core as it is now. It ends with the test. */
export async function dropClient(product: Product): Promise<DropClient> {
  const { socketPath } = await product.status()
  const { connection } = await openConnection(connect(socketPath))
  onTestFinished(() => connection.close())
  const call: Call = async (method, input) => (await connection.ask(id => ({ type: 'call', id, method, input }))) as never
  return {
    call,
    openUpload: dropId => connection.openStream(stream => ({ type: 'upload', stream, dropId })),
    close: () => connection.close(),
  }
}

/** Drops it, and gives all that a person would see. */
export async function drop(core: DropCore, source: DropSource, options: Partial<SendDropOptions> = {}): Promise<Dropped> {
  const steps: DropStep[] = []
  let decision: DropDecision | undefined
  const sent = await sendDrop({
    core,
    source,
    signal: new AbortController().signal,
    reconnected: () => Promise.reject(new Error('the link was lost')),
    ...options,
    onStep: step => {
      steps.push(step)
      options.onStep?.(step)
    },
    onBegun: folder => options.onBegun?.(folder),
    onDecision: decided => {
      decision = decided
      options.onDecision?.(decided)
    },
  })
  if (!decision) throw new Error('Nothing was decided')
  return { ...sent, decision, steps }
}

/** Paths of the files in a staged folder, and what is in them. */
export function stagedFiles(folder: string): Record<string, string> {
  return Object.fromEntries([...listTree(folder)].filter(([, what]) => !what.startsWith('dir')))
}

/** A folder of the disk as a browser has it: no links, no modes, and of `.git` only the rules. */
export function folderSource(root: string, { name = 'project', origin = 'test' } = {}): DropSource & { opened: string[] } {
  const opened: string[] = []
  return {
    name,
    origin,
    opened,
    entries: async function* () {
      yield* batchesOf(list(root, ''))
    },
    open: async path => {
      opened.push(path)
      const { mtimeMs } = lstatSync(join(root, path))
      return Object.assign(await openAsBlob(join(root, path)), { lastModified: Math.floor(mtimeMs) })
    },
  }
}

/** Files that are nowhere but in memory. */
export function memorySource(
  files: Readonly<Record<string, string | Uint8Array>>,
  { name = 'project', origin = 'test', changedAt = 1_700_000_000_000 } = {},
): DropSource & { opened: string[] } {
  const opened: string[] = []
  const blobs = new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      new Blob([typeof content === 'string' ? content : Buffer.from(content)]),
    ]),
  )
  return {
    name,
    origin,
    opened,
    entries: async function* () {
      yield* batchesOf([...blobs].map(([path, blob]): DropEntry => [path, blob.size, changedAt]))
    },
    open: async path => {
      opened.push(path)
      const blob = blobs.get(path)
      if (!blob) throw new Error('gone')
      return Object.assign(blob, { lastModified: changedAt }) as SourceFile
    },
  }
}

function list(root: string, below: string): DropEntry[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry): DropEntry[] => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) {
      const inside = list(root, path)
      return path.split('/').includes('.git') ? inside : [[`${path}/`, 0, 0], ...inside]
    }
    if (!entry.isFile() || (path.split('/').includes('.git') && !isRuleFile(path))) return []
    const { size, mtimeMs } = lstatSync(join(root, path))
    return [[path, size, Math.floor(mtimeMs)]]
  })
}
