/** `drover forget [DIR]`: a project that is not to be known any more. */
import { AppError } from '../../shared/errors.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import { askYes, canAsk } from '../ask.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { absolutePath } from '../folder.ts'
import { projectHere } from '../processes/project-here.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const dir = args.operand('DIR')
  const project =
    dir === undefined ? await projectHere(cli.call) : (await cli.call('project.get', { project: absolutePath(dir) })).project
  const running = project.processes.filter(({ state }) => !['stopped', 'dead', 'broken', 'done'].includes(state))
  if (running.length > 0) {
    const labels = running.map(process => visible(process.label)).join(', ')
    throw new AppError('CONFLICT', `Not all of ${visible(project.name)} has ended: ${labels}. Stop first: drover down`)
  }
  if (!args.has('yes') && !(await isAgreed(cli, project.folder))) {
    cli.out.note('Nothing was forgotten.')
    return 1
  }
  await cli.call('project.remove', { project: project.id })
  if (cli.out.isJson) cli.out.json({ forgotten: project.id })
  else cli.out.line(`Forgot ${visible(project.folder)}`)
  return 0
}

async function isAgreed(cli: Cli, folder: string): Promise<boolean> {
  if (!canAsk(cli))
    throw new UsageError('forget asks before it does so, and there is no terminal to ask on', 'Use -y to forget without asking.')
  return await askYes(cli, `Forget ${visible(folder)}, with the output of its processes on their hosts?`)
}
