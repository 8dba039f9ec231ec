/** `drover host ls [-c]`, and `p worker ls`. */
import type { HostView } from '../../shared/domain.ts'
import { bytesText, hostStateText, percentText } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { reasonAndAdvice } from '../host-text.ts'
import type { Paint } from '../output.ts'
import type { Column } from '../table.ts'

const STATE_COLORS: Readonly<Record<HostView['state'], Paint>> = {
  connected: 'green',
  connecting: 'blue',
  offline: 'yellow',
  refused: 'red',
}

export async function run(cli: Cli, args: Args): Promise<number> {
  const isChecked = args.has('check')
  const { hosts } = await cli.call('host.list', { check: isChecked })
  const isAnyAway = hosts.some(host => host.state !== 'connected')
  if (cli.out.isJson) cli.out.json(hosts)
  else {
    showHosts(cli, hosts)
    if (isChecked)
      for (const host of hosts) for (const line of reasonAndAdvice(host)) cli.out.note(`${visible(host.name)}: ${line}`)
  }
  return isChecked && isAnyAway ? 1 : 0
}

export function showHosts(cli: Cli, hosts: readonly HostView[]): void {
  const now = cli.now()
  const isP = cli.program.name === 'p'
  const columns: Column[] = [
    { title: isP ? 'WORKER' : 'HOST' },
    { title: 'CONNECTION', minWidth: 12 },
    { title: 'STATE', paint: (cell, row) => cli.out.paint(STATE_COLORS[hosts[row]?.state ?? 'offline'], cell) },
    { title: 'CPU', align: 'right' },
    { title: 'FREE MEMORY', align: 'right' },
    { title: 'JOBS', align: 'right' },
    { title: 'BY', minWidth: 6 },
  ]
  const rows = hosts.map(host => [
    host.isDefault ? `${host.name} *` : host.name,
    host.connection,
    hostStateText(host, now),
    host.sample === null ? '-' : percentText(host.sample.cpuRatio),
    host.sample === null ? '-' : bytesText(host.sample.memoryAvailableBytes),
    String(host.runningJobs),
    host.transportReason === null ? (host.transport ?? '-') : `${host.transport}: ${host.transportReason}`,
  ])
  cli.out.table(columns, rows, { isAligned: isP || cli.out.isTerminal })
}
