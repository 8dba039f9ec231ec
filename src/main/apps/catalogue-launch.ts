/**
 * Which command an app of the catalogue is, and on which host: hosts may have the same app as different programs. What places and launches
 * a command is given, and knows nothing of the catalogue.
 */
import { randomUUID } from 'node:crypto'
import type { Display } from '../../shared/contract.ts'
import type { Command, JobView, Placement } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { Live } from '../hosts/host-link.ts'
import type { AppCommand, Catalogue } from './catalogue.ts'
import { pathOf } from './exec-line.ts'
import type { FileVisits } from './file-visits.ts'

/** `isTerminal`: a program of the terminal, which needs no desktop. Host null: the best `among` those. */
export type LaunchedCommand = {
  command: Command
  host: string | null
  among: readonly string[]
  display: Display | null
  newInstance: boolean
  isTerminal: boolean
  /** Where it begins; null for the person's home. */
  folder: string | null
  terminal: TerminalSize | null
  env: Readonly<Record<string, string>>
  /** The id that its job gets. */
  jobId: string
}
export type AppLauncher = {
  launch(what: LaunchedCommand): Promise<{ job: JobView }>
  /** Where it would go now. */
  place(what: Pick<LaunchedCommand, 'command' | 'host' | 'among' | 'isTerminal'>): Promise<Placement>
}
export type AppParts = {
  catalogue: Catalogue
  visits: FileVisits
  /** @throws {AppError} why the host cannot be reached. */
  ready(host: string): Promise<Live>
  launcher: AppLauncher
}
type TerminalSize = { columns: number; rows: number }
export type AppWish = { app: string; action: string | null; host: string | null; targets: readonly string[] }
/** `isTerminal`: also where its entry does not say so. `jobId`: of the first of its jobs. */
export type OpenWish = AppWish &
  Pick<LaunchedCommand, 'display' | 'newInstance' | 'isTerminal' | 'terminal' | 'env'> & { jobId?: string | undefined }
/** `runs`: more than one for an app that takes one file at a time. Host null: the best `among` those, which all start it so. */
export type ChosenCommand = { runs: string[][] } & Pick<LaunchedCommand, 'host' | 'among' | 'isTerminal' | 'folder'>

const LOCAL = 'local'

/**
 * Launches the app as its entry says. Files of this computer travel to its host first, and come back when they were changed.
 *
 * @throws {AppError} `NOT_FOUND`, `NO_HOST`, and what keeps the app or a file from its host.
 */
export async function openApp(
  { catalogue, visits, ready, launcher }: AppParts,
  { display, newInstance, terminal, env, jobId: firstId, ...wish }: OpenWish,
): Promise<JobView[]> {
  // The same file twice would be one file there for two apps, and gone with the first of them.
  const targets = [...new Set(wish.targets)]
  const chosen = await chooseCommand(catalogue, { ...wish, targets }, launcher)
  const { host, folder } = chosen
  const isTerminal = chosen.isTerminal || wish.isTerminal
  const how = { display, newInstance, isTerminal, folder, terminal, env, host }
  // Known before there is a job: whatever happens between, a file that was sent belongs to an app.
  const planned = chosen.runs.map((_, index) => (index === 0 && firstId) || randomUUID())
  const files = targets.filter(isFile)
  let { among, runs } = chosen
  const sent: string[] = []
  try {
    if (files.length > 0) {
      const [argv = []] = runs
      const target = host ?? (await launcher.place({ command: { argv }, host: null, among, isTerminal })).host
      among = [target]
      if (target !== LOCAL) {
        const live = await ready(target)
        const remote = new Map<string, string>()
        for (const file of files) {
          // With several runs each has one of the targets, in their order; a single one has them all.
          const jobId = planned[planned.length === 1 ? 0 : targets.indexOf(file)] ?? ''
          const { id, there } = await visits.send(target, live, { path: pathOf(file), jobId })
          sent.push(id)
          remote.set(file, there)
        }
        const there = targets.map(target => remote.get(target) ?? target)
        runs = catalogue.command(wish.app, target, { action: wish.action, targets: there }).runs
      }
    }
    const jobs: JobView[] = []
    for (const [index, argv] of runs.entries()) {
      const jobId = planned[index] ?? randomUUID()
      jobs.push((await launcher.launch({ ...how, command: { argv }, among, jobId })).job)
    }
    return jobs
  } finally {
    visits.launched(sent)
  }
}

/** Where it would be launched now. @throws {AppError} as openApp */
export async function weighApp(
  catalogue: Catalogue,
  wish: Omit<AppWish, 'targets'>,
  launcher: Pick<AppLauncher, 'place'>,
): Promise<Placement> {
  const { runs, ...chosen } = await chooseCommand(catalogue, { ...wish, targets: [] }, launcher)
  return await launcher.place({ ...chosen, command: { argv: runs[0] ?? [] } })
}

/** @throws {AppError} `NOT_FOUND`, `NO_HOST` */
export async function chooseCommand(
  catalogue: Catalogue,
  wish: AppWish,
  { place }: Pick<AppLauncher, 'place'>,
): Promise<ChosenCommand> {
  const { app, action, targets } = wish
  const there = catalogue.find(app).variants.map(({ host }) => host)
  const { host } = wish
  const commandOn = (on: string) => catalogue.command(app, on, { action, targets })
  if (host !== null && host !== 'auto') return { ...chosenOf([commandOn(host)]), host }
  const ways = [...Map.groupBy(those(there, commandOn), ({ runs, workdir }) => JSON.stringify([runs, workdir])).values()]
  const [only = [], ...others] = ways
  return chosenOf(others.length === 0 ? only : await bestOf(ways, place))
}

/** A host whose entry is broken does not keep the app from the others. @throws {AppError} what is wrong with the first, if it is all. */
function those(hosts: readonly string[], commandOn: (host: string) => AppCommand): AppCommand[] {
  const errors: AppError[] = []
  const commands = hosts.flatMap(host => {
    try {
      return [commandOn(host)]
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      errors.push(error)
      return []
    }
  })
  if (commands.length === 0 && errors[0]) throw errors[0]
  return commands
}

/** Each way of starting it is placed among the hosts that start it so; the one that is best off is taken. */
async function bestOf(ways: readonly (readonly AppCommand[])[], place: AppLauncher['place']): Promise<readonly AppCommand[]> {
  const errors: unknown[] = []
  const placed = await Promise.all(
    ways.map(async way => {
      const { runs, among, isTerminal } = chosenOf(way)
      try {
        return [{ way, score: (await place({ command: { argv: runs[0] ?? [] }, host: null, among, isTerminal })).score }]
      } catch (error) {
        errors.push(error)
        return []
      }
    }),
  )
  const [best] = placed.flat().toSorted((a, b) => a.score - b.score)
  if (best) return best.way
  throw errors[0] ?? new AppError('NO_HOST', 'No host that has the app can take it now')
}

function chosenOf(way: readonly AppCommand[]): ChosenCommand {
  const [first] = way
  const among = way.map(({ variant }) => variant.host)
  const isTerminal = first?.variant.entry.isTerminal ?? false
  return { runs: first?.runs ?? [], host: null, among, isTerminal, folder: first?.workdir ?? null }
}

function isFile(target: string): boolean {
  return target.startsWith('/') || target.startsWith('file:')
}
