/** `drover config get [KEY]`: the file, or one value that holds now. */

import { nearest } from '../../shared/nearest.ts'
import { safeJson, visible, visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const key = args.operand('KEY')
  const config = await cli.call('config.get', {})
  if (config.error !== null) cli.out.error(`The config is not in force: ${visibleLines(config.error)}`)
  if (key === undefined) {
    if (cli.out.isJson) cli.out.json(config)
    else cli.out.stdout.write(cli.out.isTerminal ? visibleLines(config.text) : config.text)
    return config.error === null ? 0 : 1
  }
  const value = valueAt(config.values, key)
  if (cli.out.isJson) cli.out.json({ key, value })
  else cli.out.line(typeof value === 'string' ? visible(value) : safeJson(value))
  return 0
}

function valueAt(values: Record<string, unknown>, key: string): unknown {
  let at: unknown = values
  for (const name of key.split('.')) {
    const keys = typeof at === 'object' && at !== null ? Object.keys(at) : []
    if (!keys.includes(name)) {
      const near = nearest(name, keys)
      throw new UsageError(
        `The config has no key ${key}`,
        near === undefined ? undefined : `Did you mean: ${key.replace(name, near)}`,
      )
    }
    at = (at as Record<string, unknown>)[name]
  }
  return at
}
