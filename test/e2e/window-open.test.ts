/** `drover open` with a real Chromium: by the redirect file to the page, signed in, and found again after the core was killed. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { OpenedWindow } from '../../src/shared/contract.ts'
import { startProduct } from '../helpers/product.ts'
import { databaseRows } from '../helpers/raw-core.ts'
import { waitFor } from '../helpers/wait.ts'
import { takeOwnPort } from '../helpers/web.ts'

test('the window that drover open shows signs in by itself, and its file is gone', async () => {
  const product = await startProduct(
    {},
    {
      path: home => {
        const folder = join(home, 'browsers')
        mkdirSync(folder)
        // As the person's own, but without a screen; and without a sandbox, which containers often lack.
        const words = `--headless=new --no-sandbox --disable-dev-shm-usage --remote-debugging-port=0 --user-data-dir='${home}/profile'`
        writeFileSync(join(folder, 'chromium'), `#!/bin/sh\nexec /usr/bin/chromium ${words} "$@"\n`, { mode: 0o755 })
        return `${folder}:${process.env.PATH}`
      },
    },
  )
  await takeOwnPort(product)
  const opened = await product.drover(['open', '--json'], { env: { DISPLAY: ':99' } })
  const { address, openedWith, url, problem } = JSON.parse(opened.stdout) as OpenedWindow
  expect({ openedWith, url, problem }).toEqual({ openedWith: 'chromium', url: null, problem: null })
  const { socketPath, databasePath } = await product.status()
  await waitFor(() => (databaseRows(databasePath).web_session ?? []).length === 1, {
    timeoutMs: 30_000,
    what: 'the page to sign in',
  })
  expect(readdirSync(dirname(socketPath)).filter(name => name.startsWith('open-'))).toEqual([])
  await product.killCore()
  expect((await product.status()).webAddress).toBe(address)
})
