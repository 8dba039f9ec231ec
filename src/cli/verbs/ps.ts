/** `drover ps`: the processes of the project here, or of all. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { currentFolder } from '../folder.ts'
import { noteProblems } from '../processes/problems.ts'
import { showProcesses, showProjects } from '../processes/process-table.ts'
import { nearestProject } from '../processes/project-here.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const { projects } = await cli.call('project.list', {})
  const here = args.has('all') ? undefined : nearestProject(projects, currentFolder())
  if (cli.out.isJson) cli.out.json(here === undefined ? projects : [here])
  else if (here !== undefined) {
    showProcesses(cli, here.processes)
    noteProblems(cli, here)
  } else if (projects.length > 0) showProjects(cli, projects)
  else if (cli.out.isTerminal) cli.out.note('No projects. Begin one where its Procfile is: drover up')
  return 0
}
