/** `drover stop NAME…`: ends processes and jobs, and returns when they have ended. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { among, changingOf } from '../processes/changing.ts'
import { resolveNames } from '../processes/names.ts'
import { goDown } from '../processes/settle.ts'
import { type StopHow, stopJobs } from '../stop-jobs.ts'
import { parseDurationMs } from '../values.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const grace = args.value('grace')
  const signal = args.value('signal') as StopHow['signal'] // One of the table's choices.
  const how = grace === undefined ? {} : { graceMs: parseDurationMs(grace, '--grace') }
  const session = await cli.client().connect()
  try {
    const { project, processes, jobs } = await resolveNames(session.call, args.operands('NAME'))
    if (project === undefined || processes.length === 0) return await stopJobs(cli, session, jobs, { ...how, signal })
    if (signal !== undefined)
      throw new UsageError('--signal is for jobs', 'The signal that stops a process stands in drover.yaml, as stop_signal.')
    const code = await changingOf(
      session,
      () => project,
      async ({ watch }) => {
        const labels = processes.map(process => process.label)
        watch.offer((await session.call('process.stop', { project: project.id, processes: labels, ...how })).processes)
        return await goDown(cli, { watch, isMeant: among(processes) })
      },
    )
    return jobs.length === 0 ? code : Math.max(code, await stopJobs(cli, session, jobs, how))
  } finally {
    session.close()
  }
}
