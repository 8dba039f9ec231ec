/** What is wrong with the files of a project, each with its place. What was read of them before holds on. */
import { counted } from '../../../shared/format.ts'
import type { ProjectProblem } from '../../../shared/project.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'

const SHOWN = 20

export function FileProblems({ problems }: { readonly problems: readonly ProjectProblem[] }) {
  if (problems.length === 0) return null
  const isBad = problems.some(({ severity }) => severity === 'error')
  return (
    <ul className={`notice ${isBad ? 'bad' : 'warn'} plain-list file-problems`} aria-label="Problems of its files">
      {problems.slice(0, SHOWN).map(problem => (
        <li key={`${placeOf(problem)} ${problem.message}`}>
          <strong className="mono">{visible(placeOf(problem))}</strong> {visibleLines(problem.message)}
        </li>
      ))}
      {problems.length > SHOWN && <li>and {counted(problems.length - SHOWN, 'more problem')}</li>}
    </ul>
  )
}

function placeOf({ file, line, column }: ProjectProblem): string {
  return `${file}:${line}:${column}`
}
