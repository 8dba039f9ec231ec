/** `drover config path`: known without the core. */

import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { pathsOf } from '../find-core.ts'

export async function run(cli: Cli, _args: Args): Promise<number> {
  const path = pathsOf(cli.env).configFile
  if (cli.out.isJson) cli.out.json({ path })
  else cli.out.line(cli.out.isTerminal ? visible(path) : path)
  return 0
}
