/** Apps on hosts, with their windows on a real desktop: launched, followed, stopped, and found again by another core. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Compositor, startCompositor } from '../helpers/compositor.ts'
import { openProduct, type Product } from '../helpers/product.ts'
import { type Sshd, startSshd } from '../helpers/sshd.ts'
import { waitFor } from '../helpers/wait.ts'

let box: Sshd
let desktop: Compositor
let product: Product

beforeAll(async () => {
  const [host, compositor] = await Promise.all([startSshd(), startCompositor()])
  box = host
  desktop = compositor
  product = await openProduct({ box }, { env: { WAYLAND_DISPLAY: compositor.socketPath } })
})

afterAll(async () => {
  await product.close()
  await Promise.all([box.stop(), desktop.stop()])
})

async function windows(...appIds: string[]): Promise<void> {
  await waitFor(async () => (await desktop.windows()).map(({ appId }) => appId).join() === appIds.join(), {
    what: `these windows: ${appIds.join() || 'none'}`,
  })
}

test('an app of a host opens its window here, and its exit code is ours', async () => {
  const app = product.begin(['launch', '--on', 'box', '--', 'foot', '-T', 'from the box', 'sh', '-c', 'read x; exit 7'])
  app.done.then(end => console.log(end))
  await windows('foot')
  await desktop.closeWindows()
  expect(await app.done).toMatchObject({ code: 1 })
  await windows()
  console.log(readdirSync(join(box.home, '.drover/display')), existsSync(join(box.home, '.drover/jobs')))
}, 40_000)
