/** `drover favourite add APP…` and `drover favourite rm APP…`. */
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const isFavourite = args.verb.path === 'favourite add'
  const apps = args.operands('APP')
  for (const app of apps) await cli.call('app.favourite', { app, isFavourite })
  if (cli.out.isJson) cli.out.json(apps.map(app => ({ app, isFavourite })))
  else for (const app of apps) cli.out.line(`${visible(app)} is ${isFavourite ? 'a favourite' : 'no favourite any more'}`)
  return 0
}
