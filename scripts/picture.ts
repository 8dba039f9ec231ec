/**
 * Makes the README's picture of the window, `npm run picture`: the built product in a real browser, with jobs on hosts behind real sshd.
 * What it shows is what was on the screen.
 */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launchBrowser } from '../test/helpers/browser.ts'
import { openProduct, type Product } from '../test/helpers/product.ts'
import { startSshd } from '../test/helpers/sshd.ts'
import { waitFor } from '../test/helpers/wait.ts'
import { takeOwnPort } from '../test/helpers/web.ts'

const PICTURE = join(import.meta.dirname, '../docs/window.png')
const MOST_BYTES = 250_000
const SIZE = { width: 1280, height: 800 }
/** So many samples, one every 2 s, make a line that can be seen. */
const SAMPLES = 30
const FILES = {
  Makefile: `all:
	@for file in attic barn collar dog fence gate herd lamb; do echo "  CC    $$file.c"; sleep 20; done
`,
  'count.sh':
    '#!/bin/sh\necho "  TEST  count every sheep"\necho "FAILED  gate.test: expected 99 sheep, counted 98" >&2; exit 2\n',
  'graze.sh': '#!/bin/sh\nwhile :; do date; sleep 1; done\n',
}

const hosts = { big: await startSshd(), attic: await startSshd() }
const product = await openProduct(hosts)
const browser = await launchBrowser()
try {
  await takeOwnPort(product)
  await fillWithJobs(product)
  const { url } = await product.call('window.open', { display: null })
  if (url === null) throw new Error('window.open gave no address')
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'dark' })
  await page.goto(url)
  await page.getByRole('region', { name: 'Needs you' }).getByText('counted 98').waitFor()
  await page.getByRole('table').getByText('graze.sh').waitFor()
  const hasLines = async () => {
    const lines = await page.locator('.host-line path').evaluateAll(paths => paths.map(path => path.getAttribute('d') ?? ''))
    return lines.length === 3 && lines.every(line => line.split('L').length > SAMPLES)
  }
  await waitFor(hasLines, { timeoutMs: 180_000, what: `a line of ${SAMPLES} samples of each host` })
  await page.screenshot({ path: PICTURE })
  const { size } = statSync(PICTURE)
  if (size > MOST_BYTES) throw new Error(`${PICTURE} has ${size} bytes: more than ${MOST_BYTES} is too much for a README`)
} finally {
  await browser.close()
  await product.close()
  for (const host of Object.values(hosts)) await host.stop()
}
process.exit(0)

async function fillWithJobs({ home, drover, running, reaches }: Product): Promise<void> {
  // Two folders deep: so much of a path is shown.
  const cwd = join(home.dir, 'code/flock')
  mkdirSync(cwd, { recursive: true })
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(cwd, name), text)
  for (const name of ['graze.sh', 'count.sh']) chmodSync(join(cwd, name), 0o755)
  const { stdout } = await drover(['push', '-d', '--on', 'attic', '--', './count.sh', '--all'], { cwd })
  await reaches(stdout.trim(), 'ended')
  await running(['--on', 'big', '--', 'make', '-j8'], { cwd })
  await running(['--on', 'attic', '--', './graze.sh'], { cwd })
  await running(['-n', '--on', 'local', '--', 'sleep 3600'], { cwd })
}
