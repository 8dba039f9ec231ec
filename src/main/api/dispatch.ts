/** The one way in for every transport: an unknown method, a wrong caller or a bad argument never reaches the core. */
import { contract, type Methods, type Principal } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { describeIssues } from './describe-issues.ts'

/**
 * Checks the call against the contract and makes it.
 *
 * @throws {AppError} `NOT_FOUND`, `FORBIDDEN`, `BAD_INPUT`, or what the method itself throws.
 */
export async function dispatch(methods: Methods, principal: Principal, method: string, input: unknown): Promise<unknown> {
  if (!Object.hasOwn(contract, method)) throw new AppError('NOT_FOUND', `There is no method ${quote(method)}`)
  const name = method as keyof Methods
  const { allow, input: schema } = contract[name]
  if (!(allow as readonly string[]).includes(principal.role))
    throw new AppError('FORBIDDEN', `${principal.role} may not call ${name}`)
  const parsed = schema.safeParse(input)
  if (!parsed.success) {
    const issues = describeIssues(parsed.error.issues)
    const first = issues[0]
    const where = first ? `: ${first.path === '' ? '' : `${first.path}: `}${first.message}` : ''
    throw new AppError('BAD_INPUT', `Bad input for ${name}${where}`, { details: { issues } })
  }
  if (principal.role === 'project' && projectOf(parsed.data) !== principal.projectId)
    throw new AppError('FORBIDDEN', `${name} may be called for the caller’s own project alone`)
  // Each method takes what its own schema gives; TypeScript cannot follow that through a name that is only known now.
  return (methods[name] as (input: unknown, principal: Principal) => Promise<unknown>)(parsed.data, principal)
}

/** Null where a method names none: no project's id is. */
function projectOf(input: object): unknown {
  return 'project' in input ? input.project : null
}

/** A name that came over the wire, fit for a message: short, and without control characters. */
function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
}
