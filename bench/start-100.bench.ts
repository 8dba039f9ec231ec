/**
 * start-100: 100 processes that sleep, from the call to the last of them running. Ours as the core does it, all asked for at once; the peer is
 * Debian's supervisor (4.2), which has read its configuration and calls a program running when it has lasted `startsecs`, a second.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jobSpec } from '../test/helpers/agent-job.ts'
import { processSpec } from '../test/helpers/agent-process.ts'
import { waitFor, within } from '../test/helpers/wait.ts'
import { onAgentGround } from './agent-ground.ts'
import { against, type BenchRow } from './bench.ts'
import { interleaved, processMs } from './measure.ts'

export const names = ['start-100']

const COUNT = 100
const RUNS = 5
const SUPERVISOR = '/usr/bin/supervisord'

export async function bench(): Promise<BenchRow[]> {
  if (!existsSync(SUPERVISOR)) throw new Error('The peer is not installed: apt-get install supervisor')
  const left: string[] = []
  return await withSupervisor(async control => {
    const { ours, peer } = await interleaved(
      {
        ours: () => startMs(left),
        peer: async () => {
          const tookMs = await processMs({ file: 'supervisorctl', args: [...control, 'start', 'all'], env: process.env })
          execFileSync('supervisorctl', [...control, 'stop', 'all'])
          return tookMs
        },
      },
      { n: RUNS, warmUps: 1 },
    )
    return [
      against({ name: 'start-100', unit: 'ms', better: 'lower', aim: 1, ours, peer, peerCommand: 'supervisorctl start all' }),
    ]
  }).finally(() => {
    for (const dir of left) rmSync(dir, { recursive: true, force: true })
  })
}

async function startMs(left: string[]): Promise<number> {
  return await onAgentGround(
    async ({ agent, onEvent }) => {
      const specs = Array.from({ length: COUNT }, () => jobSpec({ argv: ['sleep', '100000'] }, { process: processSpec() }))
      const waiting = new Set(specs.map(({ id }) => id))
      const all = Promise.withResolvers<void>()
      onEvent(event => {
        if (event.type !== 'job' || event.job.state !== 'running') return
        waiting.delete(event.job.id)
        if (waiting.size === 0) all.resolve()
      })
      const startedAt = performance.now()
      await Promise.all(specs.map(spec => agent.start(spec)))
      await within(all.promise, { timeoutMs: 60_000, what: 'all to run' })
      return performance.now() - startedAt
    },
    dir => left.push(dir),
  )
}

async function withSupervisor<T>(work: (control: string[]) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-supervisor-'))
  const config = join(dir, 'supervisord.conf')
  const socket = join(dir, 'socket')
  const programs = Array.from({ length: COUNT }, (_, at) => `[program:sleep-${at}]\ncommand=sleep 100000\nautostart=false\n`)
  writeFileSync(
    config,
    `[supervisord]
nodaemon=true
logfile=${dir}/log
pidfile=${dir}/pid
childlogdir=${dir}
user=root
[unix_http_server]
file=${socket}
[supervisorctl]
serverurl=unix://${socket}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
${programs.join('')}`,
  )
  const daemon = spawn(SUPERVISOR, ['-c', config], { stdio: 'ignore' })
  try {
    await waitFor(() => existsSync(socket), { what: 'supervisord to listen' })
    return await work(['-c', config])
  } finally {
    const ended = new Promise(resolve => daemon.once('exit', resolve))
    daemon.kill('SIGTERM')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
}
