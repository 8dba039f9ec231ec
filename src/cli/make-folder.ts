/** Makes a folder for something of Drover's, with those above it, for its owner alone. */
import { mkdirSync, statSync } from 'node:fs'
import { makeFolders } from '../shared/make-folders.ts'

/** @throws Node's own error, which names the folder that cannot be made. */
export function makeFolder(path: string): void {
  makeFolders(path, {
    isFolder: each => statSync(each, { throwIfNoEntry: false })?.isDirectory() ?? false,
    make: each => mkdirSync(each, 0o700),
  })
}
