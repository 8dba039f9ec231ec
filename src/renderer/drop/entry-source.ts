/**
 * A dropped folder, by the browser's File and Directory Entries. Of a big one not all that was seen is kept: 200,000 entries would cost
 * the page a hundred megabytes, and can be looked up again. Browsers pass over links, so there are no loops.
 */
import { type DropEntry, isRuleFile } from '../../shared/drop.ts'
import type { DropSource } from './drop-source.ts'

/** Under `.git`, all that git is asked by. */
const GIT_RULES = ['info/exclude', 'index']

type Seen = Map<string, FileSystemFileEntry>

/** What a name that is not UTF-8 is to Chromium is no name at all. */
const NAMELESS = '(a name that the browser cannot read)'
/** Looking one up takes as long as reading it. */
const KEPT_ENTRIES = 50_000

export function entrySource(root: FileSystemDirectoryEntry, origin: string): DropSource {
  const seen: Seen = new Map()
  return {
    name: root.name,
    origin,
    entries: lost => walk(root, { lost, seen }),
    open: path => {
      const entry = seen.get(path)
      return entry ? fileOf(entry) : fileAt(root, path)
    },
  }
}

async function* walk(
  root: FileSystemDirectoryEntry,
  { lost, seen }: { lost(path: string): void; seen: Seen },
): AsyncGenerator<readonly DropEntry[]> {
  const folders = [{ path: '', entry: root }]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const reader = folder.entry.createReader()
    for (;;) {
      const found = await read(reader).catch(() => null)
      if (found === null) lost(`${folder.path || root.name}/`)
      if (found === null || found.length === 0) break
      const below = found.map(entry => ({ entry, path: folder.path === '' ? entry.name : `${folder.path}/${entry.name}` }))
      const told = await Promise.all(
        below.map(async ({ entry, path }): Promise<DropEntry[]> => {
          if (entry.name === '') {
            lost(`${path}${NAMELESS}`)
            return []
          }
          if (entry.name === '.git') return entry.isDirectory ? await gitRules(entry as FileSystemDirectoryEntry, path) : []
          if (entry.isDirectory) {
            folders.push({ path, entry: entry as FileSystemDirectoryEntry })
            return [[`${path}/`, 0, 0]]
          }
          const told = await tell(entry as FileSystemFileEntry, path)
          if (!told) lost(path)
          else if (seen.size < KEPT_ENTRIES) seen.set(path, entry as FileSystemFileEntry)
          return told ? [told] : []
        }),
      )
      yield told.flat()
    }
  }
}

async function gitRules(git: FileSystemDirectoryEntry, path: string): Promise<DropEntry[]> {
  const found = await Promise.all(
    GIT_RULES.map(async name => {
      const file = await fileAt(git, name).catch(() => null) // A repository need not have it.
      return file ? ([`${path}/${name}`, file.size, file.lastModified] as const) : null
    }),
  )
  return found.filter(entry => entry !== null && isRuleFile(entry[0])) as DropEntry[]
}

async function tell(entry: FileSystemFileEntry, path: string): Promise<DropEntry | null> {
  try {
    const { size, lastModified } = await fileOf(entry)
    return [path, size, lastModified]
  } catch {
    return null // We have no right to it, or it is gone; the browser does not say which.
  }
}

/** A hundred at a time, as browsers give them; none at the end. */
function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject))
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

function fileAt(folder: FileSystemDirectoryEntry, path: string): Promise<File> {
  return new Promise((resolve, reject) =>
    folder.getFile(path, {}, entry => (entry as FileSystemFileEntry).file(resolve, reject), reject),
  )
}
