// biome-ignore-all lint/suspicious/noTemplateCurlyInString: project files hold them.
/** Projects as their files and wishes make them: real files, a real store. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import { ProcessBook } from './process-book.ts'
import { loadProject } from './project/project.ts'
import { Projects } from './projects.ts'

function ground(procfile: string) {
  const folder = join(temporaryFolder(), 'shop')
  mkdirSync(folder)
  writeFileSync(join(folder, 'Procfile'), procfile)
  const { projects: table } = temporaryStore()
  const nothing = () => undefined
  const book = new ProcessBook({ table, job: nothing, emit: nothing, now: () => 0, changed: nothing, moved: nothing })
  const projects = new Projects({
    book,
    load: (at, { formation = {}, here, before, procfile, port }) => {
      const counts = Object.entries(formation).map(([name, count]) => `${name}=${count}`)
      return loadProject(at, {
        ...{ here: here ?? { HOME: '/core', ...before?.here }, hosts: [] },
        ...(counts.length > 0 && { formation: counts.join(',') }),
        ...(before && { before: before.formation }),
        ...(procfile !== undefined && { procfile }),
        ...(port !== undefined && { port }),
      })
    },
    requireHost: nothing,
    now: () => 0,
  })
  return { folder, table, book, projects }
}

test('a folder that two ask for at once is one project, with the wishes of both', async () => {
  const { folder, table, book, projects } = ground('web: serve\nworker: work\n')
  const [one, other] = await Promise.all([
    projects.take({ folder, formation: { web: 2 } }),
    projects.take({ folder, env: { A: '1' } }),
  ])
  expect(one.id).toBe(other.id)
  expect(book.rowsOf(one.id).map(({ definition }) => definition.label)).toEqual(['web.1', 'web.2', 'worker.1'])
  expect(table.all().processes).toHaveLength(3)
  expect(book.project(folder)).toMatchObject({ formation: { web: 2 }, env: { A: '1' } })
})

test('one that was refused holds up nobody', async () => {
  const { folder, projects } = ground('what is this\n')
  const refused = projects.take({ folder })
  writeFileSync(join(folder, 'Procfile'), 'web: serve\n')
  await expect(projects.take({ folder })).resolves.toMatchObject({ folder })
  await refused.catch(() => undefined)
})

test('what the Procfile has no more is asked for no more', async () => {
  const { folder, book, projects } = ground('web: serve\nworker: work\n')
  await projects.take({ folder, formation: { worker: 2, web: 2 } })
  writeFileSync(join(folder, 'Procfile'), 'web: serve\n')
  const { id } = await projects.take({ folder })
  expect(book.project(id).formation).toEqual({ web: 2 })
  await expect(projects.take({ folder, formation: { worker: 2 } })).rejects.toMatchObject({ code: 'BAD_CONFIG' })
})

test('to look at it takes what was wished before, and what was found where it was asked for, also after that', async () => {
  const { folder, table, projects } = ground('web: serve\n')
  writeFileSync(join(folder, '.env'), 'WHERE=${HOME}\n')
  const here = { HOME: '/me', PORT: '3000', SECRET: 'x' }
  await projects.take({ folder, formation: { web: 2 }, env: { LEVEL: '3' }, here })
  expect(table.all().projects[0]?.here).toEqual({ HOME: '/me', PORT: '3000' })
  const { project } = await projects.look(folder)
  expect(project?.instances.map(({ port, environment }) => [port, environment.WHERE, environment.LEVEL])).toEqual([
    [3000, '/me', '3'],
    [3001, '/me', '3'],
  ])
  await projects.take({ folder })
  expect((await projects.look(folder)).project?.port).toBe(3000)
  await projects.take({ folder, here: { HOME: '/you' } })
  expect((await projects.look(folder, { formation: { web: 1 } })).project?.instances).toMatchObject([
    { port: 5000, environment: { WHERE: '/you' } },
  ])
})
