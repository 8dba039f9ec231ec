/** A folder of one test's own, gone when that test has finished. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Absolute and without links in it. */
export function temporaryFolder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'drover-test-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
