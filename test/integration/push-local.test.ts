/** The built product on a machine of its own: pushes to `local`, with and without the tools that a base system lacks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CORE_MEMORY } from '../../src/shared/core-memory.ts'
import { openProduct, type Product, startProduct } from '../helpers/product.ts'
import { pushContract } from '../helpers/push-contract.ts'
import { toolsWithout } from '../helpers/tools.ts'

let product: Product
beforeAll(async () => {
  product = await openProduct()
})
afterAll(() => product.close())

describe('on local', () => pushContract(() => ({ product, host: 'local', home: product.home.dir })))

test('what only the core is started with does not reach a job', async () => {
  const names = Object.keys(CORE_MEMORY).join('|')
  const { stdout } = await product.drover(['push', '-n', '--no-tty', '--on', 'local', '--', `env | grep -cE '^(${names})='`])
  expect(stdout).toBe('0\n')
})

test('without tmux and rsync a job that shall have a terminal runs without, and says so', async () => {
  const bare = await startProduct({}, { path: home => toolsWithout(home, ['tmux', 'rsync']) })
  const id = (await bare.drover(['push', '-d', '-n', '--on', 'local', '--', 'echo no terminal; test -t 1; exit 3'])).stdout.trim()
  const job = await bare.reaches(id, 'ended')
  expect(job).toMatchObject({ hasTerminal: false, exitCode: 3, reason: expect.stringContaining('tmux') })
  expect((await bare.drover(['logs', id])).stdout).toBe('no terminal\n')
  const doctor = await bare.drover(['doctor'])
  expect(doctor.stdout + doctor.stderr).toMatch(/tmux/)
})
