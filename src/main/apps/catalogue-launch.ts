/**
 * Which command an app of the catalogue is, and on which host: hosts may have the same app as different programs. What places and launches
 * a command is given, and knows nothing of the catalogue.
 */
import type { Display } from '../../shared/contract.ts'
import type { Command, JobView, Placement } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { Live } from '../hosts/host-link.ts'
import type { AppCommand, Catalogue } from './catalogue.ts'
import { pathOf } from './exec-line.ts'
import type { FileVisits } from './file-visits.ts'

/** `isTerminal`: a program of the terminal, which needs no desktop. */
export type LaunchedCommand = {
  command: Command
  host: string | null
  display: Display | null
  newInstance: boolean
  isTerminal: boolean
}
export type AppLauncher = {
  /** Host null: the best one that has the program. */
  launch(what: LaunchedCommand): Promise<{ job: JobView }>
  /** Where it would go now. */
  place(what: { command: Command; host: string | null }): Promise<{ placement: Placement }>
}
export type AppParts = {
  catalogue: Catalogue
  visits: FileVisits
  /** @throws {AppError} why the host cannot be reached. */
  ready(host: string): Promise<Live>
  launcher: AppLauncher
}
export type AppWish = { app: string; action: string | null; host: string | null; targets: readonly string[] }
/** `runs`: more than one for an app that takes one file at a time. Host null: whichever the launcher takes. */
export type ChosenCommand = { runs: string[][]; host: string | null; isTerminal: boolean }

const LOCAL = 'local'

/**
 * Launches the app as its entry says. Files of this computer travel to its host first, and come back when they were changed.
 *
 * @throws {AppError} `NOT_FOUND`, `NO_HOST`, and what keeps the app or a file from its host.
 */
export async function openApp(
  { catalogue, visits, ready, launcher }: AppParts,
  { display, newInstance, ...wish }: AppWish & { display: Display | null; newInstance: boolean },
): Promise<JobView[]> {
  const chosen = await chooseCommand(catalogue, wish, launcher)
  const how = { display, newInstance, isTerminal: chosen.isTerminal }
  const files = wish.targets.filter(isFile)
  let { host, runs } = chosen
  const sent: { id: string; at: number }[] = []
  if (files.length > 0) {
    const [argv = []] = runs
    host ??= (await launcher.place({ command: { argv }, host: null })).placement.host
    if (host !== LOCAL) {
      const live = await ready(host)
      const remote = new Map<string, string>()
      for (const file of new Set(files)) {
        const { id, remotePath } = await visits.send(host, live, pathOf(file))
        sent.push({ id, at: wish.targets.indexOf(file) })
        remote.set(file, remotePath)
      }
      const targets = wish.targets.map(target => remote.get(target) ?? target)
      runs = catalogue.command(wish.app, host, { action: wish.action, targets }).runs
    }
  }
  const jobs: JobView[] = []
  try {
    for (const argv of runs) jobs.push((await launcher.launch({ ...how, command: { argv }, host })).job)
  } finally {
    // With several runs each has one of the targets, in their order; a single one has them all.
    for (const { id, at } of sent) {
      const job = runs.length === 1 ? jobs[0] : jobs[at]
      if (job) visits.begin(id, job.id)
      else visits.giveUp(id)
    }
  }
  return jobs
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
  if (host !== null && host !== 'auto') return chosenOf(commandOn(host), host)
  const commands = Map.groupBy(there.map(commandOn), ({ runs }) => JSON.stringify(runs))
  const [first, ...others] = [...commands.values()].flatMap(([one]) => one ?? [])
  if (first && others.length === 0) return chosenOf(first, there.length === 1 ? first.variant.host : null)
  return await bestOf([...commands.values()], place)
}

/** Each way of starting it is placed among the hosts that start it so; the best of those is taken. */
async function bestOf(ways: readonly (readonly AppCommand[])[], place: AppLauncher['place']): Promise<ChosenCommand> {
  const errors: unknown[] = []
  const placed = await Promise.all(
    ways.map(async commands => {
      const hosts = commands.map(({ variant }) => variant.host)
      const [first] = commands
      const argv = first?.runs[0] ?? []
      const only = hosts.length === 1 ? (hosts[0] ?? null) : null
      try {
        const { placement } = await place({ command: { argv }, host: only })
        return first && hosts.includes(placement.host) ? [{ placement, first }] : []
      } catch (error) {
        errors.push(error)
        return []
      }
    }),
  )
  const [best] = placed.flat().toSorted((a, b) => a.placement.score - b.placement.score)
  if (best) return chosenOf(best.first, best.placement.host)
  throw errors[0] ?? new AppError('NO_HOST', 'No host that has the app can take it now')
}

function chosenOf({ runs, variant }: AppCommand, host: string | null): ChosenCommand {
  return { runs, host, isTerminal: variant.entry.isTerminal }
}

function isFile(target: string): boolean {
  return target.startsWith('/') || target.startsWith('file:')
}
