/** `drover scale web=2`: how many instances of what. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { changing } from '../processes/changing.ts'
import { comeUp } from '../processes/settle.ts'
import { parseFormation } from '../processes/words.ts'

export function run(cli: Cli, args: Args): Promise<number> {
  const formation = parseFormation(args.operands('NAME=COUNT'), 'scale')
  return changing(cli, async ({ session, project, watch }) => {
    watch.follow((await session.call('project.scale', { project: project.id, formation })).project)
    // Those that go are gone when they have ended.
    return await comeUp(cli, { watch, isMeant: process => process.name in formation && !process.isLeaving && process.isWanted })
  })
}
