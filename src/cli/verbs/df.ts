/** `drover df`: what Drover keeps on each host. */

import { bytesText } from '../../shared/format.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import type { Column } from '../table.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const host = args.value('host')
  const { hosts } = await cli.call('disk.usage', host === undefined ? {} : { host })
  if (cli.out.isJson) cli.out.json(hosts)
  else {
    const numbers = ['WORKDIRS', 'LOGS', 'FOLDERS', 'SPARES', 'FREE'].map((title): Column => ({ title, align: 'right' }))
    cli.out.table(
      [{ title: 'HOST' }, ...numbers, { title: 'PROBLEM', minWidth: 10 }],
      hosts.map(use => {
        const sizes = [use.workdirsBytes, use.jobsBytes, use.foldersBytes, use.sparesBytes, use.freeBytes]
        return [use.host, ...sizes.map(size => (use.error === null ? bytesText(size) : '-')), use.error ?? '']
      }),
    )
  }
  return hosts.some(use => use.error !== null) ? 1 : 0
}
