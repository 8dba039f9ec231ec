/** `drover host sound HOST [on|off]`. */
import { soundText } from '../../shared/sound-words.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const name = args.required('HOST')
  const word = args.operand('ON')
  const playsSound = word === undefined ? await isHeard(cli, name) : word === 'on'
  if (word !== undefined) await cli.call('host.sound', { name, playsSound })
  if (cli.out.isJson) cli.out.json({ name, playsSound })
  else cli.out.line(word === undefined ? (playsSound ? 'on' : 'off') : soundText({ name, playsSound }))
  return 0
}

async function isHeard(cli: Cli, name: string): Promise<boolean> {
  const { hosts } = await cli.call('host.list', {})
  const host = hosts.find(one => one.name === name)
  if (host === undefined)
    throw new UsageError(`There is no host named ${name}`, `Hosts: ${hosts.map(one => one.name).join(', ')}`)
  return host.playsSound
}
