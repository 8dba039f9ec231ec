/** `drover apps [QUERY] [--on HOST]`. */
import type { AppView } from '../../shared/app.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { messageLocale } from '../locale.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const host = args.value('on') ?? null
  if (args.has('refresh')) await cli.call('app.refresh', { host })
  const query = args.operands('QUERY').join(' ')
  const { apps } = await cli.call('app.list', {
    query,
    host,
    locale: messageLocale(cli.env),
    isAll: args.has('all'),
    isFavourite: args.has('favourites'),
    limit: 5_000,
  })
  if (cli.out.isJson) cli.out.json(apps)
  else showApps(cli, apps)
  if (apps.length > 0) return 0
  if (!cli.out.isJson) cli.out.note(query === '' ? 'No app was found.' : 'No app fits that.')
  return query === '' ? 0 : 1
}

function showApps(cli: Cli, apps: readonly AppView[]): void {
  if (apps.length === 0) return
  cli.out.table(
    [{ title: 'APP' }, { title: 'NAME', minWidth: 10 }, { title: 'HOSTS', minWidth: 8 }, { title: 'ABOUT', minWidth: 8 }],
    apps.map(({ id, name, isFavourite, hosts, genericName, comment }) => [
      isFavourite ? `${id} *` : id,
      name,
      hosts.map(one => one.host).join(', '),
      genericName ?? comment ?? '',
    ]),
  )
}
