/** `drover token rm NAME`. */
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const name = args.required('NAME')
  await cli.call('token.remove', { name })
  if (cli.out.isJson) cli.out.json({ removed: name })
  else cli.out.line(`Revoked ${visible(name)}`)
  return 0
}
