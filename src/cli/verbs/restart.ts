/** `drover restart NAME…`: a process by its name, or by the id of one of its runs. */
import { AppError } from '../../shared/errors.ts'
import { shortId } from '../../shared/format.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { among, changingOf } from '../processes/changing.ts'
import { resolveNames } from '../processes/names.ts'
import { comeUp } from '../processes/settle.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const session = await cli.client().connect()
  try {
    const { project, processes, jobs } = await resolveNames(session.call, args.operands('NAME'))
    const [job] = jobs
    if (job !== undefined) {
      const short = shortId(job.id)
      throw new AppError('CONFLICT', `${short} is a job, and no process here. Run it again: ${cli.program.name} rerun ${short}`)
    }
    if (project === undefined) throw new TypeError('A process was found, but no project')
    return await changingOf(
      session,
      () => project,
      async ({ watch }) => {
        const names = processes.map(process => process.label)
        const answer = await session.call('process.restart', { project: project.id, processes: names })
        watch.offer(answer.processes)
        return await comeUp(cli, { watch, isMeant: among(answer.processes) })
      },
    )
  } finally {
    session.close()
  }
}
