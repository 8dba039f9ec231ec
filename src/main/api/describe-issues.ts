/** Says what is wrong with a value that a schema refused: where, and which kind was expected. Never the value itself. */
import type { z } from 'zod'

export type Issue = { path: string; message: string }

/** More than these help nobody, and a hostile caller could ask for thousands. */
const MAX_ISSUES = 10
const MAX_LENGTH = 300

export function describeIssues(issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): Issue[] {
  const described = issues.flatMap(issue => describe(issue, prefix))
  return described.slice(0, MAX_ISSUES)
}

function describe(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): Issue[] {
  const path = [...prefix, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return describeIssues(nearest(issue.errors), path)
  return [{ path: cut(path.map(String).join('.')), message: cut(issue.message.replace(/^Invalid input: /, '')) }]
}

/** Of the forms a value could have had, the one it comes nearest to: fewest complaints about its very shape, then fewest at all. */
function nearest(forms: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const misfit = (issues: z.core.$ZodIssue[]) =>
    issues.length + 100 * issues.filter(issue => issue.path.length === 0 || issue.code === 'unrecognized_keys').length
  return forms.reduce((best, form) => (misfit(form) < misfit(best) ? form : best))
}

function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}
