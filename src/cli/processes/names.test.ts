import { expect, test } from 'vitest'
import { jobView } from '../../../test/helpers/job-view.ts'
import { processView } from '../../../test/helpers/process-view.ts'
import type { Call } from '../../shared/contract.ts'
import type { JobView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { ProjectView } from '../../shared/process.ts'
import { adviceFor } from '../errors.ts'
import { resolveNames } from './names.ts'
import { nearestProject } from './project-here.ts'

const PROJECT: ProjectView = {
  id: '00000000-0000-4000-8000-000000000001',
  folder: process.cwd(),
  name: 'shop',
  formation: {},
  problems: [],
  whenOneEnds: 'leave',
  createdAt: 0,
  processes: ['web.1', 'web.2', 'db.1', 'dead.1'].map((label, position) => processView({ label, position })),
}
const JOBS = ['db110000', 'db220000', 'dead0000', 'fee00000'].map(id => jobView({ id: `${id}-0000-4000-8000-000000000000` }))

/** As a core with these would answer. */
function core(projects: ProjectView[], jobs: JobView[] = JOBS): Call {
  const answers = {
    'project.list': () => ({ projects }),
    'job.get': ({ job }: { job: string }) => {
      const found = jobs.filter(({ id }) => id.startsWith(job))
      if (found.length > 1) throw new AppError('AMBIGUOUS', `"${job}" fits ${found.length} jobs`, { details: { jobs: found } })
      if (found[0] === undefined) throw new AppError('NOT_FOUND', `No job whose id begins with "${job}"`)
      return { job: found[0] }
    },
  }
  return (async (method: keyof typeof answers, input: never) => answers[method](input)) as never
}

async function named(words: string[], call = core([PROJECT])): Promise<string[]> {
  const { processes, jobs } = await resolveNames(call, words)
  return [...processes.map(process => process.label), ...jobs.map(job => job.id.slice(0, 8))]
}

async function refusal(words: string[], call = core([PROJECT])): Promise<string[]> {
  const error = await resolveNames(call, words).catch(error => error)
  expect(error).toBeInstanceOf(AppError)
  return [error.code, error.message, ...adviceFor(error)]
}

test('a process by its label, all of one by its name, and a job by how its id begins', async () => {
  expect(await named(['web.2'])).toEqual(['web.2'])
  expect(await named(['web', 'web.1', 'fee'])).toEqual(['web.1', 'web.2', 'fee00000'])
  expect(await named(['db.1', 'dead.1', 'dead0'])).toEqual(['db.1', 'dead.1', 'dead0000'])
  expect(await named(['fee'], core([]))).toEqual(['fee00000'])
})

test('what is a process here is that process, whichever ids of jobs begin so; a job has a longer name', async () => {
  expect(await named(['dead', 'db'])).toEqual(['dead.1', 'db.1'])
  expect(await named(['dead0', 'db11'])).toEqual(['dead0000', 'db110000'])
  const [code, , ...listed] = await refusal(['db'], core([]))
  expect([code, listed.length]).toEqual(['AMBIGUOUS', 2])
})

test('what is nothing is refused, with what may have been meant', async () => {
  expect(await refusal(['wep'])).toEqual([
    'NOT_FOUND',
    'No process of "shop" is called "wep", and no job either',
    'Did you mean: web',
  ])
  expect(await refusal(['beef'])).toContain('No process of "shop" is called "beef", and no job either')
  expect(await refusal(['beef'], core([]))).toEqual(['NOT_FOUND', 'No job whose id begins with "beef"'])
  expect((await refusal(['web'], core([])))[1]).toContain('There is no project here, and "web" is no job id')
})

test('the project of this folder, or of the nearest above it', () => {
  const projects = ['/home/me', '/home/me/shop', '/home/me/shopping'].map(folder => ({ folder }))
  expect(nearestProject(projects, '/home/me/shop/src/deep')).toEqual({ folder: '/home/me/shop' })
  expect(nearestProject(projects, '/home/me/shoppin')).toEqual({ folder: '/home/me' })
  expect(nearestProject(projects, '/home')).toBeUndefined()
  expect(nearestProject([{ folder: '/' }], '/home')).toEqual({ folder: '/' })
})
