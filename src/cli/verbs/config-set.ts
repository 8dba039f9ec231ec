/** `drover config set KEY VALUE`. */

import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const key = args.required('KEY')
  const value = scalar(args.required('VALUE'))
  await cli.call('config.set', { key, value })
  if (cli.out.isJson) cli.out.json({ key, value })
  else cli.out.line(`${visible(key)}: ${visible(String(value))}`)
  return 0
}

/** As YAML would read the plain word. */
function scalar(word: string): string | number | boolean | null {
  if (word === 'true' || word === 'false') return word === 'true'
  if (word === 'null') return null
  return /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word
}
