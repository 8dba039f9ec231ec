/** `drover host rm HOST`. */

import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const name = args.required('HOST')
  await cli.call('host.remove', { name })
  if (cli.out.isJson) cli.out.json({ removed: name })
  else cli.out.line(`Forgot ${visible(name)}`)
  return 0
}
