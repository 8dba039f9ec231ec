/** `drover down`: stops all processes of the project here. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { changing } from '../processes/changing.ts'
import { goDown } from '../processes/settle.ts'
import { parseDurationMs } from '../values.ts'

export function run(cli: Cli, args: Args): Promise<number> {
  const grace = args.value('grace')
  const how = grace === undefined ? {} : { graceMs: parseDurationMs(grace, '--grace') }
  return changing(cli, async ({ session, project, watch }) => {
    watch.follow((await session.call('project.down', { project: project.id, ...how })).project)
    return await goDown(cli, { watch, isMeant: () => true })
  })
}
