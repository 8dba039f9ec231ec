/** `drover run CMD…`: a command of one's own with the environment of the project here. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { commandOf } from '../command-of.ts'
import { currentFolder } from '../folder.ts'
import { launch } from '../launch.ts'
import { findProjectHere } from '../processes/project-here.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const project = (await findProjectHere(cli.call))?.id ?? currentFolder()
  const command = commandOf(args.command)
  return await launch(cli, args, (call, { terminal, jobId }) => call('project.run', { project, command, terminal, jobId }))
}
