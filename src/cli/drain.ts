/** What draining a host and letting it work again have in common. */
import { visible } from '../shared/visible.ts'
import type { Cli } from './cli.ts'

export async function setDrained(cli: Cli, name: string, isDrained: boolean): Promise<number> {
  await cli.call('host.drain', { name, isDrained })
  const { hosts } = await cli.call('host.list', {})
  const runningJobs = hosts.find(host => host.name === name)?.runningJobs ?? 0
  if (cli.out.isJson) cli.out.json({ name, isDrained, runningJobs })
  else if (!isDrained) cli.out.line(`${visible(name)} takes jobs again`)
  else {
    const rest =
      runningJobs === 0
        ? 'and nothing of ours runs there'
        : `; ${runningJobs} of ours run there yet: drover ls --host ${visible(name)}`
    cli.out.line(`${visible(name)} takes no new jobs${runningJobs === 0 ? ', ' : ''}${rest}`)
  }
  return 0
}
