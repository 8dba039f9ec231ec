/** `drover token add NAME`: the secret alone on stdout, so that it can go straight into a file. */

import { UNENCRYPTED } from '../../shared/unencrypted.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const made = await cli.call('token.add', { name: args.required('NAME') })
  if (cli.out.isJson) {
    cli.out.json(made)
    return 0
  }
  cli.out.line(made.token)
  cli.out.note(`It opens ${made.address}/metrics and nothing else, and is not shown again.`)
  cli.out.note(
    made.isLocal ? 'Only this computer reaches that address. For others: drover config set web.address ADDRESS' : UNENCRYPTED,
  )
  return 0
}
