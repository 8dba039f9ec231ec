/** `drover version`. */
import { VERSION } from '../../shared/version.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, _args: Args): Promise<number> {
  if (cli.out.isJson) cli.out.json({ version: VERSION })
  else cli.out.line(`drover ${VERSION}`)
  return 0
}
