/**
 * What stands in the tray: an icon for how things are, and a menu of what needs the person, what can be launched, and what runs. Pure;
 * whichever desktop draws it. No line says how long something takes, so that nothing changes while nothing happens.
 */
import type { HostState, JobView } from '../../shared/domain.ts'
import { commandText, counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'

export const TRAY_ICONS = ['fine', 'working', 'needs-you', 'offline'] as const
export type TrayIcon = (typeof TRAY_ICONS)[number]

export type TrayAction =
  /** The window, at this place in it. */
  | { type: 'open'; route: string }
  | { type: 'run-again'; jobId: string }
  | { type: 'stop'; jobId: string }
  /** Nothing more is to be said of these. */
  | { type: 'dismiss'; ids: readonly string[] }
  /** `host` null: the best one. */
  | { type: 'launch'; appId: string; host: string | null }
  | { type: 'quit' }

/** `id` stays the same as long as the entry stands for the same. */
export type TrayItem =
  | { id: string; kind: 'line' }
  /** Of no use but to be read. */
  | { id: string; kind: 'text'; label: string }
  | { id: string; kind: 'action'; label: string; action: TrayAction }
  | { id: string; kind: 'menu'; label: string; items: readonly TrayItem[] }

/** What the icon is seen on. `auto`: as the desktop says that its person likes it. */
export const TRAY_PANELS = ['auto', 'dark', 'light'] as const
export type TrayPanel = (typeof TRAY_PANELS)[number]

export type TrayView = {
  icon: TrayIcon
  panel: TrayPanel
  /** What is said of the icon: its title, and a sentence. */
  title: string
  text: string
  items: readonly TrayItem[]
}

/** Something went wrong that the person has not seen. */
export type Need = { id: string; label: string; route: string; jobId: string | null }
export type TrayApp = { id: string; name: string; hosts: readonly string[] }
export type TrayJob = Pick<JobView, 'id' | 'kind' | 'command' | 'host' | 'state' | 'unknownSince'>

export type TrayState = {
  /** Newest first. */
  needs: readonly Need[]
  /** To launch: favourites first, then what was used last. */
  apps: readonly TrayApp[]
  /** What has not ended, newest first. */
  jobs: readonly TrayJob[]
  /** Without this computer. */
  hosts: readonly { name: string; state: HostState }[]
  /** What goes on, and what waits, once Drover has been quit; empty for nothing. */
  leaving: string
  panel: TrayPanel
}

const MAX = { needs: 3, apps: 6, jobs: 5, hostsOfApp: 10 }
const MAX_LABEL = 60

export function trayView(state: TrayState): TrayView {
  return {
    icon: iconOf(state),
    panel: state.panel,
    title: 'Drover',
    text: summaryOf(state),
    items: [
      ...section('needs', needItems(state.needs)),
      ...section('apps', appItems(state.apps)),
      ...section('jobs', jobItems(state.jobs)),
      { id: 'open', kind: 'action', label: 'Open Drover', action: { type: 'open', route: '/' } },
      { id: 'quit', kind: 'action', label: quitLabel(state.leaving), action: { type: 'quit' } },
    ],
  }
}

/** Nothing to draw anew. */
export function isSameView(a: TrayView, b: TrayView): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function iconOf({ needs, jobs, hosts }: TrayState): TrayIcon {
  if (needs.length > 0) return 'needs-you'
  if (hosts.length > 0 && hosts.every(({ state }) => state !== 'connected')) return 'offline'
  return jobs.some(job => job.unknownSince === null) ? 'working' : 'fine'
}

function summaryOf({ needs, jobs, hosts }: TrayState): string {
  const connected = hosts.filter(({ state }) => state === 'connected').length
  const unknown = jobs.filter(job => job.unknownSince !== null).length
  const running = jobs.length - unknown
  const parts = [
    needs.length > 0 && `${counted(needs.length, 'thing needs', 'things need')} you`,
    running > 0 && `${counted(running, 'job')} under way`,
    unknown > 0 && `${counted(unknown, 'job')} unknown`,
    hosts.length > 0 && `${connected} of ${counted(hosts.length, 'host')} connected`,
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : 'Nothing runs'
}

function needItems(needs: readonly Need[]): TrayItem[] {
  if (needs.length === 0) return []
  const ids = needs.map(need => need.id)
  return [
    { id: 'needs', kind: 'text', label: 'Needs you' },
    ...needs.slice(0, MAX.needs).map(needItem),
    ...more('needs', needs.length - MAX.needs, '/'),
    ...(needs.length > 1
      ? [{ id: 'needs/dismiss', kind: 'action', label: 'Dismiss all', action: { type: 'dismiss', ids } } as const]
      : []),
  ]
}

function needItem({ id, label, route, jobId }: Need): TrayItem {
  const open = { id: `${id}/open`, kind: 'action', label: 'Open', action: { type: 'open', route } } as const
  const items: TrayItem[] =
    jobId === null
      ? [open]
      : [
          open,
          { id: `${id}/log`, kind: 'action', label: 'Log', action: { type: 'open', route: `${route}/log` } },
          { id: `${id}/again`, kind: 'action', label: 'Run again', action: { type: 'run-again', jobId } },
        ]
  const dismiss: TrayItem = { id: `${id}/dismiss`, kind: 'action', label: 'Dismiss', action: { type: 'dismiss', ids: [id] } }
  return { id, kind: 'menu', label: shown(label), items: [...items, dismiss] }
}

function appItems(apps: readonly TrayApp[]): TrayItem[] {
  return [...apps.slice(0, MAX.apps).map(appItem), ...more('apps', apps.length - MAX.apps, '/apps')]
}

function appItem({ id: appId, name, hosts }: TrayApp): TrayItem {
  const id = `app:${appId}`
  const items: TrayItem[] = [
    { id: `${id}/auto`, kind: 'action', label: 'On the best host', action: { type: 'launch', appId, host: null } },
    ...hosts.slice(0, MAX.hostsOfApp).map(
      (host): TrayItem => ({
        id: `${id}/on:${host}`,
        kind: 'action',
        label: `On ${shown(host)}`,
        action: { type: 'launch', appId, host },
      }),
    ),
    ...more(id, hosts.length - MAX.hostsOfApp, '/apps'),
  ]
  return { id, kind: 'menu', label: shown(name), items }
}

function jobItems(jobs: readonly TrayJob[]): TrayItem[] {
  return [...jobs.slice(0, MAX.jobs).map(jobItem), ...more('jobs', jobs.length - MAX.jobs, '/jobs')]
}

function jobItem(job: TrayJob): TrayItem {
  const id = `job:${job.id}`
  const where = job.host === null ? '' : ` on ${visible(job.host)}`
  const isRunning = job.state === 'running' && job.unknownSince === null
  const state = isRunning ? '' : ` (${job.unknownSince === null ? job.state : 'unknown'})`
  const items: TrayItem[] = [
    { id: `${id}/open`, kind: 'action', label: 'Open', action: { type: 'open', route: `/jobs/${job.id}` } },
    ...(job.state === 'stopping'
      ? []
      : [{ id: `${id}/stop`, kind: 'action', label: 'Stop', action: { type: 'stop', jobId: job.id } } as const]),
  ]
  return { id, kind: 'menu', label: `${shown(commandText(job.command), MAX_LABEL - where.length)}${where}${state}`, items }
}

function quitLabel(leaving: string): string {
  return leaving === '' ? 'Quit Drover' : `Quit Drover (${cut(leaving, MAX_LABEL)})`
}

/** Its lines, and a line below them. */
function section(id: string, items: readonly TrayItem[]): TrayItem[] {
  return items.length === 0 ? [] : [...items, { id: `${id}/line`, kind: 'line' }]
}

/** What there is no room for. */
function more(id: string, count: number, route: string): TrayItem[] {
  return count > 0 ? [{ id: `${id}/more`, kind: 'action', label: `${count} more…`, action: { type: 'open', route } }] : []
}

/** Names and commands come from hosts: they are drawn as one short line, whatever is in them. */
function shown(text: string, most = MAX_LABEL): string {
  return cut(visible(text.slice(0, MAX_LABEL)) + (text.length > MAX_LABEL ? '…' : ''), most)
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`
}
