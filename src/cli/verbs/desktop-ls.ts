/** `drover desktop ls`: what of this desktop's menu is Drover's. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, _args: Args): Promise<number> {
  const { items } = await cli.call('menu.list', {})
  if (cli.out.isJson) cli.out.json(items)
  else if (items.length === 0) cli.out.note('Nothing in the menu is from Drover: drover desktop install APP')
  else {
    cli.out.table(
      [{ title: 'APP' }, { title: 'NAME', minWidth: 10 }, { title: 'FILE', minWidth: 12, cut: 'start' }, { title: '' }],
      items.map(({ app, name, path, isChanged }) => [app, name, path, isChanged ? 'changed since' : '']),
    )
  }
  return 0
}
