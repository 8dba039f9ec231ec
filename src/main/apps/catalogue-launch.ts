/**
 * Which command an app of the catalogue is, and on which host: hosts may have the same app as different programs. What places and launches
 * a command is given, and knows nothing of the catalogue.
 */
import type { Display } from '../../shared/contract.ts'
import type { Command, JobView, Placement } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { AppCommand, Catalogue } from './catalogue.ts'

export type AppLauncher = {
  /** Host null: the best one that has the program. */
  launch(what: {
    command: Command
    host: string | null
    display: Display | null
    newInstance: boolean
  }): Promise<{ job: JobView }>
  /** Where it would go now. */
  place(what: { command: Command; host: string | null }): Promise<{ placement: Placement }>
}
export type AppWish = { app: string; action: string | null; host: string | null; targets: readonly string[] }
/** `runs`: more than one for an app that takes one file at a time. Host null: whichever the launcher takes. */
export type ChosenCommand = { runs: string[][]; host: string | null }

const LOCAL = 'local'

/** @throws {AppError} `NOT_FOUND`; `CONFLICT` for a file of this computer and an app that is only elsewhere; `NO_HOST`. */
export async function chooseCommand(
  catalogue: Catalogue,
  wish: AppWish,
  { place }: Pick<AppLauncher, 'place'>,
): Promise<ChosenCommand> {
  const { app, action, targets } = wish
  const { id, variants } = catalogue.find(app)
  const there = variants.map(({ host }) => host)
  // What lies here can be opened here only.
  const host = targets.some(isFile) ? localOnly(id, wish.host, there) : wish.host
  const commandOn = (on: string) => catalogue.command(app, on, { action, targets })
  if (host !== null && host !== 'auto') return { runs: commandOn(host).runs, host }
  const commands = Map.groupBy(there.map(commandOn), ({ runs }) => JSON.stringify(runs))
  const [first, ...others] = [...commands.values()].flatMap(([one]) => one ?? [])
  if (first && others.length === 0) return { runs: first.runs, host: there.length === 1 ? first.variant.host : null }
  return await bestOf([...commands.values()], place)
}

/** Each way of starting it is placed among the hosts that start it so; the best of those is taken. */
async function bestOf(ways: readonly (readonly AppCommand[])[], place: AppLauncher['place']): Promise<ChosenCommand> {
  const errors: unknown[] = []
  const placed = await Promise.all(
    ways.map(async commands => {
      const hosts = commands.map(({ variant }) => variant.host)
      const argv = commands[0]?.runs[0] ?? []
      const only = hosts.length === 1 ? (hosts[0] ?? null) : null
      try {
        const { placement } = await place({ command: { argv }, host: only })
        return hosts.includes(placement.host) ? [{ placement, runs: commands[0]?.runs ?? [] }] : []
      } catch (error) {
        errors.push(error)
        return []
      }
    }),
  )
  const [best] = placed.flat().toSorted((a, b) => b.placement.score - a.placement.score)
  if (best) return { runs: best.runs, host: best.placement.host }
  throw errors[0] ?? new AppError('NO_HOST', 'No host that has the app can take it now')
}

function localOnly(app: string, host: string | null, there: readonly string[]): string {
  const isElsewhere = host !== null && host !== 'auto' && host !== LOCAL
  if (there.includes(LOCAL) && !isElsewhere) return LOCAL
  const message = `A file of this computer cannot be opened by ${app} on ${isElsewhere ? host : there.join(', ')}: it is not there. Push its folder, or open it there`
  throw new AppError('CONFLICT', message)
}

function isFile(target: string): boolean {
  return target.startsWith('/') || target.startsWith('file:')
}
