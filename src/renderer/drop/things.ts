/** What a person dropped or chose: folders and files, as the browser hands them over. */
import type { DropEntry } from '../../shared/drop.ts'
import { batchesOf } from './batches.ts'
import type { DropSource, SourceFile } from './drop-source.ts'
import { entrySource } from './entry-source.ts'
import { dropOrigin } from './origin.ts'
import { pathOf } from './shell-path.ts'

/** `path`: on the core's machine, where that is told. */
export type FolderThing = { kind: 'folder'; name: string; path: string | null; source: DropSource }
export type Thing = FolderThing | { kind: 'file'; name: string; open(): Promise<SourceFile> }

/** To be called while the drop's event is handled: a moment later the browser has forgotten. */
export function thingsOf(transfer: DataTransfer): Thing[] {
  return [...transfer.items].flatMap((item): Thing[] => {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null
    if (entry === null) return []
    const { name } = entry
    const file = item.getAsFile()
    if (isFolder(entry)) return [{ kind: 'folder', name, path: pathOf(file), source: entrySource(entry, dropOrigin()) }]
    return file ? [{ kind: 'file', name, open: async () => file }] : []
  })
}

/** Several things as one folder. Two of one name get different ones. */
export function combined(name: string, things: readonly Thing[]): DropSource {
  const named = new Map<string, Thing>()
  for (const thing of things) named.set(freeName(thing.name, named), thing)
  return {
    name,
    origin: dropOrigin(),
    entries: async function* (lost) {
      for (const [as, thing] of named) {
        if (thing.kind === 'file') {
          const file = await thing.open().catch(() => null)
          if (file) yield [[as, file.size, file.lastModified]]
          else lost(as)
          continue
        }
        yield [[`${as}/`, 0, 0]]
        for await (const batch of thing.source.entries(path => lost(`${as}/${path}`))) {
          const below = batch.map(([path, size, changedAt]): DropEntry => [`${as}/${path}`, size, changedAt])
          yield* batchesOf(below)
        }
      }
    },
    open: async path => {
      const slash = path.indexOf('/')
      const thing = named.get(slash === -1 ? path : path.slice(0, slash))
      if (!thing) throw new Error(`There is no ${path}`)
      return thing.kind === 'file' ? await thing.open() : await thing.source.open(path.slice(slash + 1))
    },
  }
}

/** What a folder that is made of these is called. */
export function nameFor(things: readonly Thing[]): string {
  const [only, ...others] = things
  return only && others.length === 0 ? only.name.replace(/(?<=.)\.[^.]+$/, '') : 'dropped'
}

function freeName(name: string, taken: ReadonlyMap<string, Thing>): string {
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? name : `${name} (${number})`
    if (!taken.has(free)) return free
  }
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
