/** Many jobs, logs and terminals at once on one host as Debian ships it: ten sessions a connection, and few connections being opened. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Pane } from '../helpers/pane.ts'
import { DROVER, openProduct, type Product } from '../helpers/product.ts'
import { openSshd, type Sshd } from '../helpers/sshd.ts'
import { waitFor, within } from '../helpers/wait.ts'

const PATIENCE_MS = 60_000

let box: Sshd
let product: Product

beforeAll(async () => {
  box = await openSshd({ extraConfig: ['MaxStartups 10:30:100', 'MaxSessions 10'] })
  product = await openProduct({ box })
})
afterAll(async () => {
  await product.close()
  await box.stop()
})

test('30 pushes at once: each runs once and gives its own output and exit code', async () => {
  const runs = Array.from({ length: 30 }, (_, index) =>
    product.drover(['push', '-n', '--on', 'box', '--', `echo x >>ran; seq ${index} 9999; cat ran; exit ${index}`]),
  )
  const results = await within(Promise.all(runs), { timeoutMs: PATIENCE_MS, what: '30 pushes' })
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    expect({ code, stderr }).toEqual({ code: index, stderr: '' })
    expect(stdout === `${numbers(index, 9999)}x\n`, `output of job ${index}: ${stdout.slice(0, 100)}`).toBe(true)
  }
})

test('12 followed logs and 6 terminals at once, while more jobs are started', async () => {
  const go = join(box.home, 'go')
  const wait = `until [ -e ${go} ]; do sleep 0.2; done`
  const logged = await product.running(['-n', '--no-tty', '--on', 'box', '--', `seq 1 50000; ${wait}; seq 50001 100000; exit 5`])
  const logs = Array.from({ length: 12 }, () => product.begin(['logs', '-f', logged], { input: '' }))
  const terminals = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      product.running(['-n', '--on', 'box', '--', `echo terminal ${index}; read x; echo "got $x"; ${wait}`]),
    ),
  )
  const panes = terminals.map(id => {
    const pane = Pane.open({ env: product.env })
    pane.line(`${DROVER} attach ${id}; echo "code $?"`)
    return pane
  })
  for (const [index, pane] of panes.entries()) await pane.sees(`terminal ${index}`, PATIENCE_MS)
  for (const [index, pane] of panes.entries()) pane.line(`word ${index}`)
  for (const [index, pane] of panes.entries()) await pane.sees(`got word ${index}`, PATIENCE_MS)
  for (const log of logs)
    await waitFor(() => log.output.stdout.endsWith('\n50000\n'), { timeoutMs: PATIENCE_MS, what: 'the first half' })
  expect(await product.drover(['push', '-n', '--on', 'box', '--', 'echo one more'])).toMatchObject({
    code: 0,
    stdout: 'one more\n',
  })

  writeFileSync(go, '')
  const whole = numbers(1, 100_000)
  for (const { code, stdout } of await within(Promise.all(logs.map(log => log.done)), { timeoutMs: PATIENCE_MS, what: 'logs' }))
    expect({ code, isWhole: stdout === whole }).toEqual({ code: 0, isWhole: true })
  for (const [index, id] of terminals.entries()) {
    expect(await product.reaches(id, 'ended')).toMatchObject({ exitCode: 0, outcome: 'exited' })
    const log = join(box.home, '.drover/jobs', id, 'output.log')
    await waitFor(() => existsSync(log) && readFileSync(log, 'utf8').includes(`got word ${index}\r\n`), { what: 'its log' })
  }
})

function numbers(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('')
}
