/** Runs of processes on a real host whose output is followed: a host with its agent, the job room's table, and the hub. */
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { HostLink, type Live } from '../../src/main/hosts/host-link.ts'
import { Jobs } from '../../src/main/jobs/jobs.ts'
import { newRow } from '../../src/main/methods/job-methods.ts'
import { OutputHub } from '../../src/main/supervisor/output/output-hub.ts'
import type { JobView } from '../../src/shared/domain.ts'
import type { OutputEntry } from '../../src/shared/process.ts'
import { makeAgentHost, type ShellName } from './agent-host.ts'
import { jobSpec } from './agent-job.ts'
import { temporaryStore } from './temporary-store.ts'
import { waitFor } from './wait.ts'

export type OutputGround = {
  readonly hub: OutputHub
  readonly jobs: Jobs
  readonly link: HostLink
  /** Begins the next run of a process; settles when its host has it. */
  run(processId: string, command: string): Promise<string>
  ended(jobId: string): Promise<JobView>
  /** Oldest first. */
  runsOf(processId: string): JobView[]
  changed(signal: AbortSignal): Promise<void>
}

/** `open`: connects to the host, anew after each loss. */
export async function startOutputGround(name: string, open: () => Promise<Live>): Promise<OutputGround> {
  const store = temporaryStore()
  const waiters = new Set<() => void>()
  const jobs: Jobs = new Jobs({
    table: store.jobs,
    link: () => link,
    emit: () => {
      for (const wake of [...waiters]) wake()
    },
    now: Date.now,
    ended: () => undefined,
  })
  const link: HostLink = new HostLink({
    name,
    connection: name,
    open: async () => ({ ...(await open()), reason: null }),
    now: Date.now,
    backoffMs: () => 100,
    listener: {
      connected: (_, live) => {
        live.agent.onEvent(event => {
          if (event.type === 'job') jobs.toldBy(name, event.job)
        })
        void jobs.reconcile(link, live)
      },
      lost: () => jobs.hostLost(name),
    },
  })
  await link.connect()
  const hub = new OutputHub({ jobs })
  onTestFinished(async () => {
    hub.close()
    await link.close()
  })
  const runsOf = (processId: string) =>
    jobs
      .runsOf(processId)
      .map(({ id }) => jobs.get(id))
      .toReversed()
  return {
    hub,
    jobs,
    link,
    runsOf,
    run: async (processId, line) => {
      const id = randomUUID()
      const { agent } = await link.ready()
      const row = newRow({
        command: { line },
        folder: null,
        sync: false,
        env: {},
        needs: [],
        pull: [],
        terminal: null,
        id,
        host: name,
        createdAt: Date.now(),
      })
      jobs.add({
        ...row,
        kind: 'process',
        host: name,
        state: 'starting',
        process: { id: processId, run: runsOf(processId).length + 1 },
      })
      jobs.told(await agent.start(jobSpec({ line }, { id })))
      return id
    },
    ended: id => waitFor(() => (jobs.get(id).state === 'ended' ? jobs.get(id) : null), { what: `the end of ${id}` }),
    changed: signal =>
      new Promise(resolve => {
        const done = () => {
          waiters.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        waiters.add(done)
        signal.addEventListener('abort', done)
      }),
  }
}

/** This machine, with a home of the test's own. */
export async function startLocalGround(shell?: ShellName): Promise<OutputGround> {
  const host = makeAgentHost(shell)
  return startOutputGround('local', async () => ({ transport: host.transport, agent: await host.open() }))
}

/** Collects what a merged stream sends. */
export function collect(output: NodeJS.ReadableStream): { entries: OutputEntry[]; text(process?: string): string } {
  const entries: OutputEntry[] = []
  let rest = ''
  output.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) entries.push(JSON.parse(line) as OutputEntry)
  })
  return {
    entries,
    text: process =>
      entries
        .flatMap(entry =>
          entry.type === 'line' && (!process || entry.process === process) ? [entry.text + (entry.isCut ? '' : '\n')] : [],
        )
        .join(''),
  }
}
