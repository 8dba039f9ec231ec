/** `drover quit [DIR]`: a project is served no longer. */
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { absolutePath } from '../folder.ts'
import { projectHere } from '../processes/project-here.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const dir = args.operand('DIR')
  const project = dir === undefined ? (await projectHere(cli.call)).id : absolutePath(dir)
  const { server } = await cli.call('server.close', { project, cascade: args.has('cascade') })
  if (cli.out.isJson) cli.out.json(server)
  else {
    const areStopped = args.has('cascade') || server.cascade
    const what = areStopped ? 'Its processes are being stopped.' : 'Its processes go on; to stop them: drover down'
    cli.out.line(`${visible(server.folder)} is served no longer. ${what}`)
  }
  return 0
}
