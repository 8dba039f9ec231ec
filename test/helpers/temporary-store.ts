/** A real store in a folder of one test's own. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openStore, type Store } from '../../src/main/store/store.ts'
import { temporaryFolder } from './temporary-folder.ts'

export function temporaryStore(): Store {
  const store = openStore(join(temporaryFolder(), 'drover.db'))
  onTestFinished(() => store.close())
  return store
}
