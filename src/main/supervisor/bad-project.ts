/** What is said where the files of a project are not fit to make one. */
import { AppError } from '../../shared/errors.ts'
import type { ProjectProblem } from '../../shared/project.ts'

export function badProject(folder: string, problems: readonly ProjectProblem[]): AppError {
  const errors = problems.filter(({ severity }) => severity === 'error')
  const lines = errors.slice(0, 5).map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)
  const more = errors.length > lines.length ? [`and ${errors.length - lines.length} more: drover check`] : []
  return new AppError('BAD_CONFIG', [...lines, ...more].join('\n'), { details: { folder, problems } })
}
