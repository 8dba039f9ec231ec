/**
 * `drover up` without -d: shows what the processes print and what becomes of them, until all have ended. Ctrl+C stops them, a second one at
 * once; killed itself, it leaves them running.
 */
import type { Input } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import type { ProjectView } from '../../shared/process.ts'
import type { Cli } from '../cli.ts'
import type { CoreSession } from '../core-client.ts'
import { EXIT_BROKEN_PIPE } from '../errors.ts'
import { PoliteStop, type Stop } from '../polite-stop.ts'
import { ALL_LINES, readOutput } from './follow-output.ts'
import { hasEnded } from './outcome.ts'
import { noteProblems } from './problems.ts'
import { ProjectWatch } from './project-watch.ts'
import { Spectator } from './spectator.ts'

export type UpInput = Input<'project.up'> & { processes: string[] }

export async function upForeground(cli: Cli, input: UpInput, { hasPrefix }: { hasPrefix: boolean }): Promise<number> {
  const session = await cli.client().connect()
  const stop = new PoliteStop(cli, input.processes.length === 0 ? 'the project' : 'these processes')
  const closing = new AbortController()
  try {
    const watch = await ProjectWatch.start(session)
    const startedAt = cli.now()
    const before = await known(session, input.folder)
    const spectator = new Spectator(cli, watch, { hasPrefix, startedAt })
    const reading = { take: spectator.take, signal: closing.signal }
    // What runs already is shown from here on only, and what is about to begin from its first line.
    const [early] = before === undefined ? [] : await readingFromNow(session, before, reading)
    const { project } = await session.call('project.up', input)
    noteProblems(cli, project)
    watch.follow(project)
    const output =
      early ?? readOutput(session, { project: project.id, lines: ALL_LINES, since: startedAt, follow: true }, reading)
    const ours = input.processes.length === 0 ? null : startedBy(input, project, before)
    const stopAll = stopper(session, project, ours)
    stop.ready(stopAll)
    cli.onBrokenPipe = () => void stopAll({}).finally(() => process.exit(EXIT_BROKEN_PIPE))
    const never = output.then(() => new Promise<never>(() => undefined))
    const stuck = await Promise.race([spectator.watchUntilEnd(ours, () => stop.isAsked), never])
    // Or they would begin behind his back, when what they wait for is started some day.
    if (stuck.length > 0)
      await session.call('process.stop', { project: project.id, processes: stuck.map(process => process.label) })
    return spectator.summarise(project)
  } finally {
    closing.abort()
    stop.dispose()
    session.close()
  }
}

async function known(session: CoreSession, folder: string): Promise<ProjectView | undefined> {
  try {
    return (await session.call('project.get', { project: folder })).project
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

type Reading = { take: Spectator['take']; signal: AbortSignal }

/** Settles with the reading when that has begun. In an object, or it would be awaited. */
async function readingFromNow(session: CoreSession, { id }: ProjectView, reading: Reading): Promise<Promise<void>[]> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const output = readOutput(session, { project: id, follow: true }, { ...reading, opened: resolve })
  await Promise.race([promise, output])
  return [output]
}

/** Labels of those that were named, and of what was started since they depend on it. */
function startedBy({ processes }: UpInput, project: ProjectView, before: ProjectView | undefined): string[] {
  const wasUp = new Set(before?.processes.filter(one => one.isWanted && !hasEnded(one)).map(process => process.label))
  return project.processes
    .filter(({ label, name, isWanted }) => {
      return processes.includes(label) || processes.includes(name) || (isWanted && !wasUp.has(label))
    })
    .map(process => process.label)
}

/** Without names all is taken over, whoever began it. */
function stopper(session: CoreSession, { id }: ProjectView, ours: string[] | null): Stop {
  return ({ graceMs }) => {
    const grace = graceMs === undefined ? {} : { graceMs }
    if (ours === null) return session.call('project.down', { project: id, ...grace })
    return session.call('process.stop', { project: id, processes: ours, ...grace })
  }
}
