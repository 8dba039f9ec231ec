/** electron-builder.yml is checked by electron-builder's own schema, without a build. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const require = createRequire(import.meta.url)
const root = join(import.meta.dirname, '..')
type Config = Record<string, unknown>

async function validate(change: (config: Config) => Config): Promise<void> {
  const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config.js')
  const { DebugLogger } = require('builder-util')
  const config: Config = await getConfig(root, 'electron-builder.yml', null)
  await validateConfiguration(change(config), new DebugLogger(false))
}

test('electron-builder takes the config', () => expect(validate(config => config)).resolves.toBeUndefined())

test('and would refuse a misspelt key', () =>
  expect(validate(config => ({ ...config, productNme: 'x' }))).rejects.toThrow(/productNme/))
