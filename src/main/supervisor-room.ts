/** Builds what has to do with Procfile processes, for core.ts: the book of them, what watches over them, and what clients may ask. */
import { randomUUID } from 'node:crypto'
import { isAbsolute } from 'node:path'
import type { Methods } from '../shared/contract.ts'
import type { EventBody, JobView } from '../shared/domain.ts'
import { AppError } from '../shared/errors.ts'
import type { BrokenBy, FailurePattern } from '../shared/process.ts'
import type { StreamSource } from './api/streams.ts'
import type { CoreClock } from './clock.ts'
import { type Hosts, LOCAL } from './hosts/hosts.ts'
import type { JobRoom, JobRoomOptions } from './job-room.ts'
import type { Log } from './log.ts'
import { newRow, UNSEEN_TERMINAL } from './methods/job-methods.ts'
import { type ProcessMethod, processMethods } from './methods/process-methods.ts'
import type { FoundPattern, ProcessChange } from './shell/process-notice.ts'
import type { JobRow } from './store/job-table.ts'
import type { ProcessRow } from './store/project-table.ts'
import type { Store } from './store/store.ts'
import { lineSince } from './supervisor/output/print-times.ts'
import { type OutputRoom, openOutputRoom } from './supervisor/output-room.ts'
import { ProcessBook } from './supervisor/process-book.ts'
import { isAlive } from './supervisor/process-state.ts'
import { loadProject } from './supervisor/project/project.ts'
import { type LoadFiles, Projects } from './supervisor/projects.ts'
import { RunWatch } from './supervisor/run-watch.ts'
import { Supervisor } from './supervisor/supervisor.ts'

export type SupervisorRoomOptions = {
  store: Store
  hosts: Hosts
  room: JobRoom
  emit(event: EventBody): void
  /** A process stands otherwise than before. */
  moved(change: ProcessChange): void
  /** A failure pattern was found that does not stop its process. */
  found(found: FoundPattern): void
  env: NodeJS.ProcessEnv
  clock: CoreClock
  log: Log
}
type Command = Pick<JobRow, 'id' | 'command'> & {
  env: Record<string, string>
  terminal: Parameters<Methods['project.run']>[0]['terminal']
}
export type SupervisorRoom = {
  methods: Pick<Methods, ProcessMethod>
  openOutput: StreamSource['openOutput']
  /** Where the first line begins that a job, of a process or not, may have printed then or later. */
  lineSince(jobId: string, since: number): Promise<number>
  /** What the job room asks and tells. */
  forJobs: Pick<JobRoomOptions, 'adopt' | 'processSpec' | 'processTold' | 'hostBack'>
  look: Projects['look']
  jobChanged(job: JobView): void
  hostLost(hostName: string): void
  stopProcess(processId: string, graceMs: number): boolean
  open(): void
  close(): void
}

export function openSupervisorRoom({
  store,
  hosts,
  room,
  emit,
  moved,
  found,
  env,
  clock,
  log,
}: SupervisorRoomOptions): SupervisorRoom {
  const { jobs, runner } = room
  const now = () => clock.now()
  const link = (name: string) => (hosts.has(name) ? hosts.get(name) : null)
  const book: ProcessBook = new ProcessBook({
    table: store.projects,
    job: id => jobs.findView(id),
    emit,
    now,
    changed: projectId => {
      supervisor.changed(projectId)
      runs.changed(projectId)
      output.changed(projectId)
    },
    moved: (before, after) => {
      const { name } = book.project(after.projectId)
      moved({ before: book.view(before), after: book.view(after), project: name })
    },
  })
  const supervisor: Supervisor = new Supervisor({
    ...{ book, jobs, runner, link, log },
    newRow: ({ id, line, folder, sync, env, hasTerminal }) =>
      newRow({
        ...{ command: { line }, folder, sync, host: null, env, needs: [], pull: [] },
        ...{ terminal: hasTerminal ? UNSEEN_TERMINAL : null, jobId: id, id, createdAt: now() },
      }),
  })
  // The core may have been begun anywhere, also by what runs at a PORT of its own.
  const { PORT: _, ...ownEnv } = env
  const load: LoadFiles = async (folder, { procfile, port, formation = {}, here, before }) => {
    const counts = Object.entries(formation).map(([name, count]) => `${name}=${count}`)
    return await loadProject(folder, {
      ...(procfile !== undefined && { procfile }),
      ...(port !== undefined && { port }),
      ...(counts.length > 0 && { formation: counts.join(',') }),
      ...(before && { before: before.formation }),
      here: here ?? { ...ownEnv, ...before?.here },
      hosts: hosts.all().map(({ name }) => name),
    })
  }
  const projects = new Projects({ book, load, requireHost: name => hosts.get(name), now })
  const output: OutputRoom = openOutputRoom({
    ...{ book, jobs, link, now },
    onHit: (processId, { pattern, by }) => {
      const row = book.find(processId)
      if (row) hit(row, pattern, by)
    },
    onError: error => log.error('a mistake of ours', { during: 'output', error: String(error) }),
  })
  const runs: RunWatch = new RunWatch({ book, jobs, hub: output.hub, now })

  function hit(row: ProcessRow, { action }: FailurePattern, by: BrokenBy): void {
    const project = book.project(row.projectId)
    const { label } = row.definition
    log.info('a failure pattern was found', { process: label, project: project.folder, pattern: by.pattern, job: by.jobId })
    if (action.type === 'stop') {
      supervisor.breakBy(row.id, by)
      return
    }
    if (action.type === 'restart' && row.jobId === by.jobId && isAlive(row)) supervisor.restart([row])
    else if (action.type === 'command') {
      const told = { DROVER_PROCESS: label, DROVER_PATTERN: by.pattern }
      const command = { id: randomUUID(), command: { line: action.line }, env: told, terminal: null }
      runHere(project.folder, command).catch(error => {
        log.warning('what was to be run for a failure pattern could not be', { process: label, error: String(error) })
      })
    }
    found({ process: book.view(row), project: project.name, action, by })
  }

  /** In the project's folder, with the variables of its files. */
  const run: Methods['project.run'] = async ({ project, command, terminal, jobId }) => {
    const id = jobId ?? randomUUID()
    if (!jobs.find(id)) {
      const folder = isAbsolute(project) ? project : book.project(project).folder
      await runHere(folder, { id, command, env: {}, terminal })
    }
    return { job: jobs.get(id) }
  }

  async function runHere(folder: string, { id, command, env: more, terminal }: Command): Promise<void> {
    const { environment, port } = await projects.read(folder)
    const env = { ...environment, PORT: String(port), ...more }
    const input = { command, folder, sync: false, host: LOCAL.name, env, terminal, jobId: id, needs: [], pull: [] }
    const placement = { host: LOCAL.name, reason: "the project's folder is there", score: 0, candidates: [] }
    jobs.add({ ...newRow({ ...input, id, createdAt: now() }), kind: 'process', host: LOCAL.name, placement })
    runner.run(id)
  }

  async function removeRuns(processId: string): Promise<void> {
    const agentOf = (host: string | null) => (host === null ? undefined : link(host)?.live?.agent)
    for (const { id, host } of jobs.runsOf(processId)) {
      await agentOf(host)?.remove(id).catch(unlessGone)
      jobs.remove(id)
    }
    await agentOf(book.find(processId)?.host ?? null)
      ?.removeProcess(processId)
      .catch(unlessGone)
  }

  return {
    methods: processMethods({
      ...{ book, projects, supervisor, jobs, removeRuns, run },
      search: output.search,
      patternsKnown: () => output.patternsKnown(),
    }),
    openOutput: request => output.openOutput(request),
    lineSince: (jobId, since) => lineSince(output.hub, jobId, since),
    forJobs: {
      adopt: (hostName, job) => supervisor.adopt(hostName, job),
      processSpec: job => supervisor.specOf(job),
      processTold: (hostName, event) => supervisor.hostTold(hostName, event),
      hostBack: (host, live) => supervisor.hostBack(host, live),
    },
    look: (folder, wish) => projects.look(folder, wish),
    jobChanged: job => supervisor.jobChanged(job),
    hostLost: hostName => supervisor.hostLost(hostName),
    stopProcess: (processId, graceMs) => {
      const row = book.find(processId)
      if (row) supervisor.stop([row], graceMs)
      return row !== undefined
    },
    open: () => {
      supervisor.open()
      for (const { id } of book.projects()) output.changed(id)
    },
    close: () => {
      supervisor.close()
      runs.close()
      output.close()
    },
  }
}

/** It is not there any more: that is what was wanted. A host that cannot be asked keeps it until gc. */
function unlessGone(error: unknown): void {
  if (!(error instanceof AppError) || (error.code !== 'NOT_FOUND' && error.code !== 'HOST_UNREACHABLE')) throw error
}
