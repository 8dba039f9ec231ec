/** `drover check [DIR]`: what is wrong with the files of a project, told as compilers do. */
import { join, relative } from 'node:path'
import { counted } from '../../shared/format.ts'
import { problemText } from '../../shared/process-text.ts'
import { visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { currentFolder } from '../folder.ts'
import { projectFiles } from './up.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const folder = args.operand('DIR')
  if (folder !== undefined && args.has('procfile')) throw new UsageError('DIR and --procfile exclude each other')
  const files = await projectFiles(cli, args, folder)
  const { project, problems } = await cli.call('project.check', files)
  if (cli.out.isJson) cli.out.json({ project, problems })
  else {
    for (const problem of problems) {
      const file =
        problem.file.includes('.') || problem.file === 'Procfile' ? shownPath(files.folder, problem.file) : problem.file
      cli.out.line(visibleLines(problemText({ ...problem, file })))
    }
    if (problems.length === 0 && cli.out.isTerminal) {
      cli.out.line(`${counted(project?.instances.length ?? 0, 'process', 'processes')}, nothing is wrong`)
    }
  }
  return project === null ? 1 : 0
}

/** As an editor started here can open it. */
function shownPath(folder: string, file: string): string {
  const path = join(folder, file)
  const fromHere = relative(currentFolder(), path)
  return fromHere.startsWith('../') ? path : fromHere
}
