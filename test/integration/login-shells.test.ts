/** Login shells that are no POSIX shells still run what we mean. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { throughLoginShell } from '../../src/main/hosts/login-shell.ts'
import { shellQuote } from '../../src/shared/shell-quote.ts'

const TEXT = `it's "a" \\ back \\\\ two \\\\\\' three !bang $HOME \`id\` %s \\0101\nline two\n\nü€`

test.each([
  ['fish', 'fish'],
  ['tcsh', 'tcsh'],
  ['zsh', 'zsh'],
  ['dash', 'dash'],
  ['busybox', 'busybox'],
])('%s', (shell, debianPackage) => {
  const command = throughLoginShell(`if true; then printf %s ${shellQuote(TEXT)}; fi; exit 3`)
  const { stdout, status, error } = spawnSync(shell, [...(shell === 'busybox' ? ['sh'] : []), '-c', command], {
    encoding: 'utf8',
  })
  if (error) throw new Error(`${shell} is not installed: apt-get install ${debianPackage}`, { cause: error })
  expect(stdout).toBe(TEXT)
  expect(status).toBe(3)
})
