import { expect, test } from 'vitest'
import { parseConfig, settingKeys } from '../config/schema.ts'
import { settingValues } from './config-methods.ts'

const valueAt = (values: unknown, key: string) =>
  key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], values)

test('every key of the file that is no list of things is told with its value', () => {
  const values = settingValues(parseConfig('/c.yaml', 'local: { drain: true }\nweb: { dashboard: false }\n'))
  const lacking = settingKeys().filter(key => !['hosts', 'rules'].includes(key) && valueAt(values, key) === undefined)
  expect(lacking).toEqual([])
  expect([valueAt(values, 'local.drain'), valueAt(values, 'web.dashboard')]).toEqual([true, false])
})
