import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { waitFor } from '../../../test/helpers/wait.ts'
import { endStrayClients } from './stray-clients.ts'

test('a client that no core has noted is ended, one that is noted stays', async () => {
  const folder = temporaryFolder()
  // Nothing is drawn: somebody who takes connections is desktop enough.
  const desktop = createServer().listen(join(folder, 'desktop'))
  onTestFinished(() => void desktop.close())
  await once(desktop, 'listening')
  const clients = await Promise.all(['w0123abcd', 'w4567abcd'].map(name => startWaypipe(folder, name)))
  const [stray, noted] = clients
  const gone = once(stray?.child ?? expect.fail(), 'exit')
  endStrayClients(folder, new Set([noted?.socket ?? '']))
  await gone
  expect(clients.map(({ socket }) => existsSync(socket))).toEqual([false, true])
  expect(noted?.child.exitCode).toBeNull()
  expect(noted?.child.signalCode).toBeNull()
})

async function startWaypipe(folder: string, name: string) {
  const socket = join(folder, name)
  const env = { PATH: process.env.PATH, WAYLAND_DISPLAY: join(folder, 'desktop'), XDG_RUNTIME_DIR: folder }
  const child = spawn('waypipe', ['--socket', socket, 'client'], { env, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn').catch(() => expect.fail('waypipe is not installed: scripts/setup-debian.sh installs it'))
  await waitFor(() => existsSync(socket), { what: 'its socket' })
  return { child, socket }
}
