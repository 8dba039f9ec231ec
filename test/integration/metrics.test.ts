/** How busy hosts and jobs were, from a real host's counters to series, marks, `drover top` and what Prometheus reads. */
import { spawnSync } from 'node:child_process'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostTop, JobSeries } from '../../src/shared/contract.ts'
import type { HostView } from '../../src/shared/domain.ts'
import { Pane } from '../helpers/pane.ts'
import { DROVER, openOnBox, type Product } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

const HOUR_MS = 3_600_000
const BUSY = 'i=0; while [ $i -lt 4000000 ]; do i=$((i + 1)); done; sleep 60'

let product: Product
let busy: string
let close: () => Promise<void>
beforeAll(async () => {
  const stage = await openOnBox()
  product = stage.product
  close = stage.close
  // Read at the tenth second of its host: the tests before the one that looks at it take as long.
  busy = await product.running(['-n', '--', BUSY])
}, 60_000)
afterAll(() => close())

type Answer = { status: number | undefined; type: string | undefined; body: string }
function get(options: { socketPath?: string; host?: string; port?: number; headers?: Record<string, string> }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ path: '/metrics', ...options }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', text => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], body }))
    })
    asked.on('error', reject).end()
  })
}

test('drover top prints what it knows of each host, and what runs on one', async () => {
  await waitFor(async () => (await product.status()).hosts.every(({ sample }) => sample?.networkInBytesPerS != null), {
    what: 'two samples of each host',
  })
  const hosts = await product.json<HostView[]>(['top'])
  expect(hosts.map(({ name, state, runningJobs }) => [name, state, runningJobs])).toEqual([
    ['local', 'connected', 0],
    ['box', 'connected', 1],
  ])
  for (const { sample } of hosts) {
    expect(sample).toMatchObject({ diskTotalBytes: expect.any(Number), networkOutBytesPerS: expect.any(Number) })
  }
  const plain = await product.drover(['top', '--sort', 'jobs'])
  expect(plain.stdout.split('\n').map(line => line.split('\t')[0])).toEqual(['box', 'local', ''])
  expect(plain.stdout).toMatch(/^box(\t[^\t]+){13}\t1$/m)
  const top = await product.json<HostTop & { host: string }>(['top', 'box'])
  expect(top.host).toBe('box')
  expect(top.byCpu.length).toBeGreaterThan(0)
  expect(top.byMemory).toHaveLength(5)
  expect(await product.drover(['top', 'nowhere'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('No host "nowhere"'),
  })
  expect((await product.drover(['top', '--sort', 'x'])).stderr).toContain('io-wait')
})

test('on a terminal it is drawn in place, sorted by a key, and leaves it as it was', async () => {
  const pane = Pane.open({ env: { ...product.env, TERM: 'tmux-256color' }, columns: 80, rows: 12 })
  pane.line(`${DROVER} top; echo "code $?"`)
  await pane.sees(/^HOST.*CPU.*JOBS$/m)
  pane.keys('j')
  await pane.sees(/^HOST[^\n]*\nbox[^\n]*1\nlocal/m)
  pane.keys('r')
  await pane.sees(/^HOST[^\n]*\nlocal[^\n]*\nbox/m)
  pane.keys('q')
  await pane.sees('code 0')
  expect([pane.ask('alternate_on'), pane.ask('cursor_flag')]).toEqual(['0', '1'])
  pane.line(`clear; ${DROVER} top box; echo "code $?"`)
  await pane.sees(/PID.*USER.*COMMAND/)
  pane.keys('m')
  pane.keys('C-c')
  await pane.sees('code 0')
})

test('Prometheus reads it on the socket, and at the web address only who may', async () => {
  const { socketPath } = await product.status()
  const answer = await get({ socketPath })
  expect([answer.status, answer.type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(answer.body).toMatch(/^drover_host_up\{host="box"\} 1$/m)
  expect(answer.body).toMatch(/^drover_host_disk_free_bytes\{host="box"\} \d+$/m)
  expect(answer.body).toContain(`drover_job_info{job_id="${busy}",host="box",kind="push",state="running"} 1`)
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input: answer.body, encoding: 'utf8' })
  if (promtool.error) throw new Error('promtool is missing: apt-get install prometheus', { cause: promtool.error })
  expect([promtool.status, promtool.stdout + promtool.stderr]).toEqual([0, ''])

  const { code } = await product.drover(['config', 'set', 'metrics.open', 'true'])
  expect(code).toBe(0)
  const address = await waitFor(async () => (await product.status()).webAddress, { what: 'the web address to be served' })
  const { hostname, port } = new URL(address)
  const web = { host: hostname, port: Number(port) }
  expect((await get(web)).body).toContain('drover_host_up')
  for (const headers of [{ Host: 'evil.example' }, { Origin: 'http://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
    expect((await get({ ...web, headers })).status).toBeGreaterThanOrEqual(403)
  }
  await product.drover(['config', 'set', 'metrics.open', 'false'])
  await waitFor(async () => (await get(web)).status === 401, { what: 'the door to be closed' })
  expect((await get({ ...web, headers: { Authorization: 'Bearer wrong' } })).status).toBe(401)
})

test('a job is measured while it runs, and its hosts as well: through a kill -9 of the core', async () => {
  const measured = async () => {
    const series: JobSeries = await product.call('metrics.job', { job: busy })
    return series.memoryKib.some(kib => kib !== null && kib > 0) && series
  }
  const series = await waitFor(measured, { timeoutMs: 30_000, what: 'a reading of the job' })
  expect(series.jobId).toBe(busy)
  expect(series.at).toHaveLength(series.memoryKib.length)
  const now = Date.now()
  const range = { from: now - HOUR_MS, to: now + HOUR_MS }
  const hostsOf = async () => (await product.call('metrics.series', { ...range, points: 2000 })).hosts
  await waitFor(async () => (await hostsOf()).length === 2, { timeoutMs: 30_000, what: 'both hosts to have been written' })
  await product.killCore()
  const hosts = await hostsOf()
  expect(hosts.map(({ name, isPresent }) => [name, isPresent])).toEqual([
    ['box', true],
    ['local', true],
  ])
  for (const host of hosts) {
    expect(host.cpuPermille.some(permille => permille !== null)).toBe(true)
    expect(host.cpuPermille.some(permille => permille === null)).toBe(true)
    for (const [index, mean] of host.cpuPermille.entries()) {
      if (mean === null) continue
      expect(host.cpuMinPermille[index]).toBeLessThanOrEqual(mean)
      expect(host.cpuMaxPermille[index]).toBeGreaterThanOrEqual(mean)
    }
  }
  expect((await product.call('metrics.series', { ...range, hosts: ['box'] })).hosts.map(({ name }) => name)).toEqual(['box'])
  await product.drover(['stop', busy])
  await product.reaches(busy, 'ended')
  const marks = await product.call('metrics.marks', range)
  expect(marks.jobs.filter(({ jobId }) => jobId === busy)).toMatchObject([
    { kind: 'end', host: 'box', command: BUSY },
    { kind: 'start', host: 'box' },
  ])
  expect(marks.isCut).toBe(false)
})
