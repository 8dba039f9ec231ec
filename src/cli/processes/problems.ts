/** What is wrong with the files of a project, on stderr. Errors are told by the call that they made fail. */
import type { ProjectView } from '../../shared/process.ts'
import { problemText } from '../../shared/process-text.ts'
import { visibleLines } from '../../shared/visible.ts'
import type { Cli } from '../cli.ts'

export function noteProblems(cli: Cli, { problems }: Pick<ProjectView, 'problems'>): void {
  if (cli.out.isJson) return
  for (const problem of problems) cli.out.note(visibleLines(problemText(problem)))
}
