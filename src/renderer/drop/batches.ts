/** Cuts what is told of a folder into messages that the core takes: neither too many entries nor too long. */
import { DROP_BATCH, DROP_BATCH_CHARACTERS, type DropEntry } from '../../shared/drop.ts'

/** The entries from `at` on that go into one message; at least one, if there is any. */
export function takeBatch(entries: readonly DropEntry[], at = 0): readonly DropEntry[] {
  let end = at
  for (let characters = 0; end < entries.length && end - at < DROP_BATCH; end += 1) {
    characters += entries[end]?.[0].length ?? 0
    if (characters > DROP_BATCH_CHARACTERS && end > at) break
  }
  return entries.slice(at, end)
}

export function* batchesOf(entries: readonly DropEntry[]): Generator<readonly DropEntry[]> {
  for (let at = 0; at < entries.length; ) {
    const batch = takeBatch(entries, at)
    at += batch.length
    yield batch
  }
}
