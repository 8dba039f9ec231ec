/** What may be asked again, of the next core, when the one that was asked went away before it answered. */
import type { Method } from '../shared/contract.ts'
import { AppError } from '../shared/errors.ts'

/** Methods that change nothing. */
const ASKS: ReadonlySet<Method> = new Set<Method>([
  ...(['core.status', 'core.doctor', 'config.get', 'host.list', 'host.importable', 'host.top'] as const),
  ...([
    'job.list',
    'job.get',
    'job.explain',
    'job.preview',
    'job.logSize',
    'job.logSince',
    'job.search',
    'job.files',
    'disk.usage',
  ] as const),
  ...(['project.check', 'project.list', 'project.get', 'process.runs', 'process.search', 'pattern.list'] as const),
])
/** What says how something is to be, and so is the same when said twice. */
const WISHES: ReadonlySet<Method> = new Set<Method>([
  ...(['project.up', 'project.down', 'project.scale', 'process.start', 'process.stop', 'pattern.add'] as const),
])
/** How often the same is asked at most: a core that dies of the question is not to be started for ever. */
export const CORE_TRIES = 8

/** What makes a job, and brings the id it is to have, makes it once, however often it is sent. */
const MAKES_JOB: ReadonlySet<Method> = new Set<Method>(['job.push', 'job.rerun', 'project.run'])

export function isRepeatable(method: Method, input: object): boolean {
  return ASKS.has(method) || WISHES.has(method) || (MAKES_JOB.has(method) && 'jobId' in input && input.jobId !== undefined)
}

/** Does `ask` on a connection, and after its loss on the next one; `lost` is awaited in between. A core that cannot be reached is not asked. */
export async function repeated<C, T>(
  reach: () => Promise<C>,
  ask: (connection: C) => Promise<T>,
  lost?: (connection: C) => Promise<unknown>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const connection = await reach()
    try {
      return await ask(connection)
    } catch (error) {
      if (!isCoreLoss(error) || attempt === CORE_TRIES) throw error
      await lost?.(connection)
    }
  }
}

export function isCoreLoss(error: unknown): boolean {
  return error instanceof AppError && error.code === 'CORE_UNREACHABLE'
}
