/** `drover top [HOST]`: how busy the hosts are, or what one of them is busy with; kept up to date on a terminal. */
import type { HostTop } from '../../shared/contract.ts'
import type { HostView } from '../../shared/domain.ts'
import { visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { type LiveScreen, showScreen } from '../live-screen.ts'
import { HOST_ORDERS, type HostOrder } from '../top-order.ts'
import { hostLines, type ProcessOrder, processLines } from '../top-table.ts'

/** By the key that asks for it. */
const HOST_KEYS: Readonly<Record<string, HostOrder>> = {
  c: 'cpu',
  m: 'memory',
  w: 'io-wait',
  p: 'pressure',
  n: 'network',
  d: 'disk',
  j: 'jobs',
  h: 'name',
}
const PROCESS_KEYS: Readonly<Record<string, ProcessOrder>> = { c: 'cpu', m: 'memory' }
/** An answer takes the host a second. */
const LOOK_EVERY_MS = 1_000
const HOST_HELP = 'c CPU  m memory  w I/O wait  p pressure  n network  d disk  j jobs  h host  r reverse  q quit'
const PROCESS_HELP = 'c CPU  m memory  q quit'

export async function run(cli: Cli, args: Args): Promise<number> {
  const name = args.operand('HOST')
  const by = HOST_ORDERS.find(order => order === args.value('sort')) ?? 'cpu'
  const isLive = cli.out.isTerminal && !cli.out.isJson
  if (name !== undefined) return isLive ? await watchHost(cli, name) : await showHost(cli, name)
  return isLive ? await watchHosts(cli, by) : await showHosts(cli, by)
}

async function showHosts(cli: Cli, by: HostOrder): Promise<number> {
  const { hosts } = await cli.call('host.list', {})
  if (cli.out.isJson)
    cli.out.json(hosts.map(({ name, state, cpus, runningJobs, sample }) => ({ name, state, cpus, runningJobs, sample })))
  else for (const line of hostLines(cli.out, hosts, { by, isReversed: false })) cli.out.line(line)
  return 0
}

async function showHost(cli: Cli, name: string): Promise<number> {
  const top = await cli.call('host.top', { name })
  if (cli.out.isJson) cli.out.json({ host: name, ...top })
  else for (const line of processLines(cli.out, top, 'cpu')) cli.out.line(line)
  return 0
}

async function watchHosts(cli: Cli, first: HostOrder): Promise<number> {
  const session = await cli.client().connect()
  const hosts = new Map<string, HostView>()
  const order = { by: first, isReversed: false }
  const screen: LiveScreen = {
    lines: () => [cli.out.paint('dim', HOST_HELP), '', ...hostLines(cli.out, [...hosts.values()], order)],
    key: key => {
      const by = HOST_KEYS[key]
      if (by) order.isReversed = false
      if (by) order.by = by
      else if (key === 'r') order.isReversed = !order.isReversed
      return by !== undefined || key === 'r'
    },
    watch: async (redraw, fail) => {
      session.onGone(fail)
      const load = async () => {
        const all = (await session.call('host.list', {})).hosts
        hosts.clear()
        for (const host of all) hosts.set(host.name, host)
        redraw()
      }
      const stop = await session.onEvent(event => {
        if (event.type === 'host.changed') hosts.set(event.host.name, event.host)
        else if (event.type === 'host.removed') hosts.delete(event.name)
        else return
        redraw()
      })
      session.onReconnect(() => void load().catch(() => undefined)) // It broke again: the next one asks again.
      await load()
      return stop
    },
  }
  try {
    return await showScreen(cli, screen)
  } finally {
    session.close()
  }
}

async function watchHost(cli: Cli, name: string): Promise<number> {
  let by: ProcessOrder = 'cpu'
  let shown: HostTop | null = await cli.call('host.top', { name }) // Before the screen: a wrong name is told as any other error.
  let problem = ''
  let timer: NodeJS.Timeout | undefined
  let isWatched = true
  const screen: LiveScreen = {
    lines: () => [
      `${cli.out.paint('bold', name)}  ${cli.out.paint('dim', PROCESS_HELP)}`,
      cli.out.paint('red', problem),
      ...(shown ? processLines(cli.out, shown, by) : []),
    ],
    key: key => {
      const chosen = PROCESS_KEYS[key]
      by = chosen ?? by
      return chosen !== undefined
    },
    watch: async redraw => {
      const look = async () => {
        try {
          shown = await cli.call('host.top', { name })
          problem = ''
        } catch (error) {
          // What was known stands there no longer than it is true.
          shown = null
          problem = visibleLines(error instanceof Error ? error.message : String(error))
        }
        if (!isWatched) return
        redraw()
        timer = setTimeout(look, LOOK_EVERY_MS)
      }
      timer = setTimeout(look, LOOK_EVERY_MS)
      return () => {
        isWatched = false
        clearTimeout(timer)
      }
    },
  }
  return await showScreen(cli, screen)
}
