/** Thousands of jobs that have ended on a host: copies of one that really ran there, on the host's disk and in the core's store alike. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobRow } from '../../src/main/store/job-table.ts'
import type { Product } from './product.ts'
import { seedJobs } from './seed-jobs.ts'
import type { Sshd } from './sshd.ts'

export type CopiedJobs = {
  /** Its core must not run. */
  product: Product
  sshd: Sshd
  /** A job that ended there, without a terminal. */
  model: JobRow
  /** What the store says of the copies, where it is not what it says of the model. */
  known: Partial<JobRow>
  count: number
}

/** Gives their ids. */
export function copyJobs({ product, sshd, model, known, count }: CopiedJobs): string[] {
  const root = join(sshd.home, '.drover')
  const from = join(root, 'jobs', model.id)
  const texts = new Map(['spec', 'record'].map(name => [name, readFileSync(join(from, name), 'utf8')]))
  const others = readdirSync(from).filter(name => !texts.has(name))
  const ids = Array.from({ length: count }, (_, index) => `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`)
  for (const id of ids) {
    const to = join(root, 'jobs', id)
    mkdirSync(to, { mode: 0o700 })
    for (const [name, text] of texts) writeFileSync(join(to, name), text.replaceAll(model.id, id))
    for (const name of others) copyFileSync(join(from, name), join(to, name))
    mkdirSync(join(root, 'workdirs', id), { mode: 0o700 })
    writeFileSync(join(root, 'workdirs', id, 'result'), 'x'.repeat(1_000))
  }
  seedJobs(
    product,
    ids.map((id, index) => ({
      ...model,
      ...known,
      id,
      workdir: join(root, 'workdirs', id),
      createdAt: model.createdAt - index - 1,
    })),
  )
  return ids
}
