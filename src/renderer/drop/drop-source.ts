/** A folder that was dropped or chosen, whatever the browser has it as. */
import type { DropEntry } from '../../shared/drop.ts'

/** Of a File what is needed of it. */
export type SourceFile = Blob & { readonly lastModified: number }
export type DropSource = {
  readonly name: string
  /** The same each time for the same folder, as far as the browser can tell. */
  readonly origin: string
  /** All that is in it, batch by batch; of `.git` only what git is asked by. `lost` is told of what cannot be read. */
  entries(lost: (path: string) => void): AsyncIterable<readonly DropEntry[]>
  /** Rejects for a file that has vanished or cannot be read. */
  open(path: string): Promise<SourceFile>
}
