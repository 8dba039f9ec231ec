import { expect, test } from 'vitest'
import { settingKeys } from '../../../main/config/schema.ts'
import { fieldText, SETTINGS, settingValue, valueAt } from './settings-form.ts'

test('every key of the config file has its field, but for the lists: hosts have a view, rules and tags their commands', () => {
  const keys = SETTINGS.flatMap(({ fields }) => fields.map(field => field.key))
  expect(keys.toSorted()).toEqual(
    settingKeys()
      .filter(key => !['hosts', 'rules', 'local.tags'].includes(key))
      .toSorted(),
  )
})

test('values by dotted keys', () => {
  const values = { push: { keep_finished_days: 7 }, ssh_config: null }
  expect(valueAt(values, 'push.keep_finished_days')).toBe(7)
  expect(valueAt(values, 'push.gone')).toBeUndefined()
  expect(valueAt(values, 'push.toString')).toBeUndefined()
  expect(fieldText(valueAt(values, 'ssh_config'))).toBe('')
})

test('what is typed becomes what is sent', () => {
  expect(settingValue({ kind: 'number' }, ' 7 ')).toBe(7)
  expect(settingValue({ kind: 'number' }, 'seven')).toBe('seven')
  expect(settingValue({ kind: 'text' }, '')).toBeNull()
  expect(settingValue({ kind: 'text' }, '7')).toBe('7')
})
