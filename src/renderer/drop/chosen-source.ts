/** A folder chosen by the browser's own dialog, which gives all of its files at once. Empty folders are not among them. */
import { type DropEntry, isRuleFile } from '../../shared/drop.ts'
import { batchesOf } from './batches.ts'
import type { DropSource } from './drop-source.ts'

/** Null if nothing was chosen. */
export function chosenSource(files: FileList, origin: string): DropSource | null {
  const byPath = new Map<string, File>()
  let name = ''
  for (const file of files) {
    const [root = '', ...below] = file.webkitRelativePath.split('/')
    const path = below.join('/')
    name = root
    if (!below.includes('.git') || isRuleFile(path)) byPath.set(path, file)
  }
  if (name === '') return null
  return {
    name,
    origin,
    entries: async function* () {
      yield* batchesOf([...byPath].map(([path, { size, lastModified }]): DropEntry => [path, size, lastModified]))
    },
    open: async path => {
      const file = byPath.get(path)
      if (!file) throw new Error(`There is no ${path}`)
      return file
    },
  }
}
