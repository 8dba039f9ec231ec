/** A folder to scan, in a HOME of each test's own, and what a scan and git itself find in it. */
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, onTestFinished } from 'vitest'
import { byteText } from '../../src/main/jobs/byte-path.ts'
import { FileWorkers } from '../../src/main/jobs/sync/file-workers.ts'
import { type Entry, unpackManifest } from '../../src/main/jobs/sync/manifest.ts'
import { type FolderScan, scan } from '../../src/main/jobs/sync/scan.ts'
import { git } from './folder-tree.ts'
import { temporaryFolder } from './temporary-folder.ts'

export type ScanGround = {
  readonly workers: FileWorkers
  /** Absolute and empty, anew for each test. */
  readonly folder: string
  entriesOf(path?: string, by?: FileWorkers): Promise<Map<string, Entry>>
  /** Files and links, without `.git` and what is in it. */
  sent(path?: string, by?: FileWorkers): Promise<string[]>
  /** What was left out of the folder, and by which rule. */
  skipped(): Promise<FolderScan['skipped']>
}

/** To be called once at the top of a test file. */
export function scanGround(): ScanGround {
  const workers = new FileWorkers()
  afterAll(() => workers.close())
  let folder: string
  beforeEach(() => {
    const home = temporaryFolder()
    for (const [name, value] of [
      ['HOME', home],
      ['XDG_CONFIG_HOME', join(home, '.config')],
    ] as const) {
      const before = process.env[name]
      process.env[name] = value
      onTestFinished(() => {
        if (before === undefined) delete process.env[name]
        else process.env[name] = before
      })
    }
    folder = join(home, 'project')
    mkdirSync(folder)
  })
  const entriesOf: ScanGround['entriesOf'] = async (path = folder, by = workers) => {
    const { manifest } = await scan({ workers: by, folder: path })
    return new Map(unpackManifest(manifest.bytes).entries.map(entry => [entry.path, entry]))
  }
  return {
    workers,
    get folder() {
      return folder
    },
    entriesOf,
    sent: async (path, by) => {
      const entries = [...(await entriesOf(path, by)).values()]
      return entries.filter(entry => entry.type !== 'dir' && !/(^|\/)\.git(\/|$)/.test(entry.path)).map(entry => entry.path)
    },
    skipped: async () => {
      const found = await scan({ workers, folder, explain: 1000 })
      return found.skipped.sort((one, other) => (one.path < other.path ? -1 : 1))
    },
  }
}

/** What git lists as tracked, or as untracked and not ignored, and is there. */
export function listedByGit(repository: string): string[] {
  const names = git(repository, 'ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0').slice(0, -1)
  const isThere = (name: string) =>
    lstatSync(Buffer.from(`${byteText(Buffer.from(repository))}/${name}`, 'latin1'), { throwIfNoEntry: false })
  return [...new Set(names)]
    .filter(name => !name.endsWith('/') && isThere(name) !== undefined && !isThere(name)?.isDirectory())
    .sort()
}

/** A worker has the environment of its start: for tests that change it. */
export function ownWorkers(): FileWorkers {
  const own = new FileWorkers()
  onTestFinished(() => own.close())
  return own
}
