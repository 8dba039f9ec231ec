/** `drover status`: how Drover is doing. */
import type { CoreStatus } from '../../shared/contract.ts'
import { ageText, counted, countText } from '../../shared/format.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { showHosts } from './host-ls.ts'

export async function run(cli: Cli, _args: Args): Promise<number> {
  const status = await cli.call('core.status', {})
  if (cli.out.isJson) {
    cli.out.json(status)
    return 0
  }
  const facts = [
    ['Drover', `${status.version}, process ${status.pid}, up ${ageText(cli.now() - status.startedAt)}`],
    ['Jobs', jobsText(status)],
    ['Config', status.configPath],
    ['Database', status.databasePath],
    ['Socket', status.socketPath],
    ['Window', status.webAddress ?? 'not served; open it with: drover open'],
    ...status.servers.map(({ folder, address, problem }) => [
      'Server',
      address === null ? `none for ${folder}: ${problem}. Take another: drover server` : `${address} for ${folder}`,
    ]),
  ]
  for (const [name = '', fact = ''] of facts) cli.out.line(`${cli.out.paint('dim', name.padEnd(9))} ${visible(fact)}`)
  if (status.configError !== null) cli.out.error(`The config is not in force: ${visibleLines(status.configError)}`)
  cli.out.line()
  showHosts(cli, status.hosts)
  return 0
}

/** Those that run in any case, the others where there are any. */
function jobsText({ runningJobs, comingJobs, unknownJobs }: CoreStatus): string {
  const coming = Object.entries(comingJobs).filter(([, count]) => count > 0)
  return [
    counted(runningJobs, 'job runs', 'jobs run'),
    ...coming.map(([state, count]) => `${countText(count)} ${state}`),
    ...(unknownJobs > 0 ? [`${counted(unknownJobs, 'job')} unknown`] : []),
  ].join(', ')
}
