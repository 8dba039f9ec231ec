/** `drover desktop install APP… | --all-favourites`. */
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const apps = [...args.operands('APP')]
  const favourites = args.has('all-favourites')
  if (apps.length === 0 && !favourites) throw new UsageError('desktop install needs an APP, or --all-favourites')
  const { installed, failed } = await cli.call('menu.install', { apps, favourites })
  if (cli.out.isJson) cli.out.json({ installed, failed })
  else {
    for (const { name, path } of installed) cli.out.line(`${visible(name)}: ${visible(path)}`)
    for (const { message } of failed) cli.out.error(message)
    if (installed.length === 0 && failed.length === 0) cli.out.note('There are no favourites: drover favourite add APP')
  }
  return failed.length > 0 ? 1 : 0
}
