import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CLI_DOCS_PATH, cliDocs } from './cli-docs.ts'

test('docs/cli.md is what the table says: else run node scripts/cli-docs.ts', () => {
  expect(readFileSync(CLI_DOCS_PATH, 'utf8')).toBe(cliDocs())
})
