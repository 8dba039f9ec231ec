import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CORE_FLAGS } from '../shared/node-flags.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Neither can import them: one runs before anything is built, the other is a shell script. */
test.each(['scripts/start.mjs', 'assets/package/AppRun'])('%s runs a core with the same flags', file => {
  const words: string[] = readFileSync(join(ROOT, file), 'utf8').match(/--[a-z-]+(=\d+)?/g) ?? []
  const from = words.indexOf('--no-concurrent-recompilation')
  const flags = words.slice(from, from + CORE_FLAGS.length)
  expect(flags).toEqual(CORE_FLAGS)
})
