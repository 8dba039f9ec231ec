/** `drover desktop remove APP…`. */
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const { removed, failed } = await cli.call('menu.remove', { apps: [...args.operands('APP')] })
  if (cli.out.isJson) cli.out.json({ removed, failed })
  else {
    for (const { app, kept } of removed) {
      cli.out.line(`${visible(app)} is out of the menu`)
      for (const path of kept) cli.out.note(`Changed since, and left where it is: ${visible(path)}`)
    }
    for (const { message } of failed) cli.out.error(message)
  }
  return failed.length > 0 ? 1 : 0
}
