/** `drover host default [HOST]`. */

import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const name = args.operand('HOST')
  if (name !== undefined) await cli.call('host.default', { name })
  const now = name ?? (await currentDefault(cli))
  if (cli.out.isJson) cli.out.json({ default: now })
  else if (name !== undefined)
    cli.out.line(`Jobs go to ${name === 'auto' ? 'the best host' : visible(name)} unless another is named`)
  else cli.out.line(visible(now))
  return 0
}

async function currentDefault(cli: Cli): Promise<string> {
  const { hosts } = await cli.call('host.list', {})
  return hosts.find(host => host.isDefault)?.name ?? 'auto'
}
