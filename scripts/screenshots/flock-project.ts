/** A project with processes in all the states that one meets, on this computer and on another host. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Product } from '../../test/helpers/product.ts'
import { projectOf } from '../../test/helpers/project.ts'

const FILES = {
  Procfile: `web: n=0; while :; do n=$((n + 1)); printf '\\033[32mGET\\033[0m /pens/%s \\033[1m200\\033[0m in %s ms\\n' $n $(shuf -i 3-60 -n 1); sleep 1; done
worker: while :; do echo "sheared sheep $(shuf -i 1-99 -n 1)"; sleep 2; done
gate: echo 'the gate is open'; while :; do printf '\\033[33mwarn\\033[0m %s sheep at the gate\\n' $(shuf -i 90-99 -n 1); sleep 3; done
clock: sleep 2; echo 'the clock has stopped' >&2; exit 1
mill: echo 'the mill turns'; sleep 1; echo 'grinding'; echo 'panic: no wind'; echo 'at the third stone'; exec sleep 100000
count: echo '98 sheep were counted'
`,
  'drover.yaml': `processes:
  web: { ready: { log: GET } }
  worker: { host: big, depends_on: { web: ready } }
  clock: { restart: on-failure, backoff: { initial: 30m, max: 30m } }
  mill: { failure_patterns: ["panic:"] }
formation: web=2,worker=1,gate=1,clock=1,mill=1,count=1
`,
} as const

/** Gives its id. */
export async function bringUpProject(product: Product): Promise<string> {
  const folder = join(product.home.dir, 'code/pasture')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
  const { project } = await product.call('project.up', { folder })
  const { until } = projectOf((method, input) => product.call(method, input), folder)
  await until('worker.1', ({ state }) => state === 'running', 'runs')
  await until('mill.1', ({ state }) => state === 'broken', 'is broken')
  await until('clock.1', ({ retryAt }) => retryAt !== null, 'waits for its restart')
  await until('count.1', ({ state }) => state === 'done', 'is done')
  return project.id
}
