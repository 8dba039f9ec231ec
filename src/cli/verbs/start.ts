/** `drover start PROCESS…` */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { among, changing } from '../processes/changing.ts'
import { comeUp } from '../processes/settle.ts'

export function run(cli: Cli, args: Args): Promise<number> {
  return changing(cli, async ({ session, project, watch }) => {
    const names = [...args.operands('PROCESS')]
    const { processes } = await session.call('process.start', { project: project.id, processes: names })
    watch.offer(processes)
    return await comeUp(cli, { watch, isMeant: among(processes) })
  })
}
