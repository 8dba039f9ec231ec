/** `drover gc`: removes what is no longer needed on the hosts. */

import { bytesText, counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { parseDurationMs } from '../values.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const host = args.value('host')
  const age = args.value('older-than')
  const dryRun = args.has('dry-run')
  const { hosts } = await cli.call('disk.gc', {
    dryRun,
    ...(host !== undefined && { host }),
    ...(age !== undefined && { olderThanMs: parseDurationMs(age, '--older-than') }),
  })
  if (cli.out.isJson) cli.out.json(hosts)
  else {
    const rows = hosts.flatMap(report => report.removed.map(({ kind, id, bytes }) => [report.host, kind, id, bytesText(bytes)]))
    if (rows.length > 0)
      cli.out.table(
        [{ title: 'HOST' }, { title: 'WHAT' }, { title: 'ID', minWidth: 10 }, { title: 'SIZE', align: 'right' }],
        rows,
      )
    for (const report of hosts) if (report.error !== null) cli.out.error(`${visible(report.host)}: ${report.error}`)
    const bytes = hosts.flatMap(report => report.removed).reduce((sum, entry) => sum + entry.bytes, 0)
    cli.out.note(`${dryRun ? 'Would remove' : 'Removed'} ${counted(rows.length, 'thing')}, ${bytesText(bytes)}.`)
  }
  return hosts.some(report => report.error !== null) ? 1 : 0
}
