/** `drover host add CONNECTION [-n NAME]`, and `p worker register`. */

import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { reasonAndAdvice } from '../host-text.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const name = args.value('name')
  const { host } = await cli.call('host.add', { connection: args.required('CONNECTION'), ...(name !== undefined && { name }) })
  if (cli.out.isJson) cli.out.json(host)
  else {
    const mark = host.isDefault ? ', the default' : ''
    cli.out.line(`Added ${visible(host.name)} (${visible(host.connection)})${mark}`)
    for (const line of reasonAndAdvice(host)) cli.out.note(line)
  }
  return 0
}
