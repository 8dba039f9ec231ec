import { expect, test } from 'vitest'
import type { z } from 'zod'
import { contract, type Methods, type Principal, type Role } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import { dispatch } from './dispatch.ts'

const calls: { method: string; input: unknown; role: Role }[] = []
/** Every method of the contract, each noting that it was called. */
const methods = Object.fromEntries(
  Object.keys(contract).map(method => [
    method,
    async (input: unknown, { role }: { role: Role }) => {
      calls.push({ method, input, role })
      return `answer of ${method}`
    },
  ]),
) as unknown as Methods

const refusal = (method: string, input: unknown, role: Role = 'owner') =>
  dispatch(methods, { role }, method, input).then(
    () => expect.unreachable('it was let through'),
    (error: AppError) => error,
  )

test('a good call reaches its method with its defaults, and its answer comes back as it is', async () => {
  calls.length = 0
  expect(await dispatch(methods, { role: 'owner' }, 'job.get', { job: 'abc' })).toBe('answer of job.get')
  expect(await dispatch(methods, { role: 'readonly' }, 'host.list', {})).toBe('answer of host.list')
  expect(calls).toEqual([
    { method: 'job.get', input: { job: 'abc' }, role: 'owner' },
    { method: 'host.list', input: { check: false }, role: 'readonly' },
  ])
})

test.each(['nope', '', '__proto__', 'constructor', 'toString', 'x\u001b[31m', 'y'.repeat(10_000)])(
  '%j is no method',
  async name => {
    const error = await refusal(name, {})
    expect(error).toMatchObject({ name: 'AppError', code: 'NOT_FOUND' })
    expect(error.message.length).toBeLessThan(120)
    expect(error.message).not.toMatch(/\p{Cc}/u)
  },
)

test('every method refuses each role it does not name, whatever the input', async () => {
  calls.length = 0
  const roles: Role[] = ['owner', 'readonly', 'project', 'aiAgent']
  for (const [method, { allow }] of Object.entries(contract))
    for (const role of roles.filter(one => !(allow as readonly Role[]).includes(one)))
      expect(await refusal(method, { any: 'thing' }, role), `${method} as ${role}`).toMatchObject({ code: 'FORBIDDEN' })
  expect(calls).toEqual([])
})

test.each([
  ['job.get', null, /expected object, received null/],
  ['job.get', {}, /job: expected string, received undefined/],
  ['job.get', { job: 7 }, /job: expected string, received number/],
  ['job.get', { job: 'a', extra: 1 }, /Unrecognized key: "extra"/],
  ['host.add', { connection: '-oProxyCommand=x' }, /connection: a connection is/],
  [
    'job.push',
    { command: { argv: ['a', 7] }, folder: null, sync: false, terminal: null },
    /command\.argv\.1: expected string, received number/,
  ],
  ['job.push', { command: { line: '' }, folder: null, sync: false, terminal: null }, /command\.line: Too small/],
  ['job.push', { command: {}, folder: null, sync: false, terminal: null }, /command\.line: expected string/],
  ['job.push', { command: { line: 'a' }, folder: 'rel', sync: true, terminal: null }, /folder: must be an absolute path/],
  ['job.push', { command: { line: 'a' }, folder: null, sync: true, terminal: null, env: { 'A B': 'x' } }, /env\.A B/],
])('bad input for %s is refused with its path: %j', async (method, input, message) => {
  const error = await refusal(method, input)
  expect(error).toMatchObject({ code: 'BAD_INPUT' })
  expect(error.message).toMatch(message)
  expect(error.details).toMatchObject({ issues: [{ path: expect.any(String), message: expect.any(String) }] })
})

test('a hostile heap of mistakes gives a short answer, without the values', async () => {
  const input = { job: 'secret'.repeat(100), ...Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`key${n}`, n])) }
  const error = await refusal('job.get', input)
  expect(JSON.stringify(error.details).length).toBeLessThan(2_000)
  expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain('secret')
})

test('what a method throws is passed on as it is', async () => {
  const failing = { ...methods, 'core.status': () => Promise.reject(new AppError('TIMEOUT', 'late')) } as Methods
  await expect(dispatch(failing, { role: 'owner' }, 'core.status', {})).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: 'late',
  })
})

test('who is of a project calls for that one and no other', async () => {
  const own = '0a0a0a0a-0000-4000-8000-000000000001'
  const other = '0a0a0a0a-0000-4000-8000-000000000002'
  const principal = { role: 'project', projectId: own } as const
  const call = (method: string, input: object, by: Principal = principal) =>
    dispatch(methods, by, method, input).then(
      () => 'called',
      (error: AppError) => error.code,
    )
  expect(await call('process.stop', { project: own, processes: ['web'] })).toBe('called')
  for (const project of [other, '/srv/shop']) {
    expect(await call('process.stop', { project })).toBe('FORBIDDEN')
    expect(await call('project.get', { project })).toBe('FORBIDDEN')
  }
  // One that names no project calls for none, and one without a project is nobody.
  expect(await call('process.stop', { project: own }, { role: 'project' })).toBe('FORBIDDEN')
  const allowed = Object.entries(contract).filter(([, { allow }]) => (allow as readonly Role[]).includes('project'))
  expect(allowed.map(([name]) => name).toSorted()).toEqual([
    ...['pattern.add', 'pattern.list', 'pattern.remove', 'process.restart', 'process.start', 'process.stop'],
    ...['project.down', 'project.get'],
  ])
  for (const [name, { input }] of allowed) expect([name, 'project' in (input as z.ZodObject).shape]).toEqual([name, true])
})
