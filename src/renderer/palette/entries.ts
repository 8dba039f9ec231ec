/** All that the palette offers, made from what the window knows at that moment; and which of it fits what was typed. */
import type { HostView, JobView } from '../../shared/domain.ts'
import { commandText, shortId } from '../../shared/format.ts'
import type { ProcessView, ProjectHead } from '../../shared/process.ts'
import { visible } from '../../shared/visible.ts'
import type { ProcessDeed } from '../components/process-deeds.ts'
import { isAtRest } from '../components/process-state.ts'
import { fuzzyScore } from './fuzzy.ts'

/** What is done when it is chosen: named, so that this file is pure. */
export type PaletteDeed =
  | { kind: 'view'; view: 'overview' | 'apps' | 'jobs' | 'processes' | 'metrics' | 'hosts' | 'settings' }
  | { kind: 'process'; project: string; label: string | null }
  | { kind: 'act-on-process'; deed: ProcessDeed; project: string; label: string }
  | { kind: 'dialog'; dialog: 'open-project' | 'push' | 'add-host' | 'import-hosts' | 'keys' | 'rule' }
  | { kind: 'theme'; theme: 'system' | 'dark' | 'light' }
  | { kind: 'sign-out' }
  | { kind: 'launch-app'; id: string; name: string }
  | { kind: 'host'; name: string }
  | { kind: 'test-host'; name: string }
  | { kind: 'default-host'; name: string }
  | { kind: 'job'; id: string }
  | { kind: 'stop-job'; id: string }
  | { kind: 'rerun-job'; id: string; hasTerminal: boolean }

export type PaletteEntry = {
  id: string
  title: string
  detail?: string
  keys?: string
  /** Found by its beginning; letters of it here and there mean nothing. */
  jobId?: string
  /** Asked before it is done: something would be lost. */
  question?: string
  /** Only when something was typed: there would be too many. */
  isQuiet?: boolean
  /** Behind what fits about as well: who types an app's name wants to launch it, more than to see that it runs. */
  isBehind?: boolean
  deed: PaletteDeed
}

const NEWEST_JOBS = 200
const SHOWN = 60
/** More than any letters can have. */
const ID_FITS = 1_000
/** More than the beginning of a title is worth over the beginning of a word. */
const BEHIND = 4

const FIXED: readonly PaletteEntry[] = [
  { id: 'push', title: 'Push a folder…', keys: 'n', deed: { kind: 'dialog', dialog: 'push' } },
  { id: 'add-host', title: 'Add a host…', deed: { kind: 'dialog', dialog: 'add-host' } },
  { id: 'overview', title: 'Overview', keys: 'g o', deed: { kind: 'view', view: 'overview' } },
  { id: 'apps', title: 'Apps', keys: 'g a', deed: { kind: 'view', view: 'apps' } },
  { id: 'jobs', title: 'Jobs', keys: 'g j', deed: { kind: 'view', view: 'jobs' } },
  { id: 'processes', title: 'Processes', keys: 'g p', deed: { kind: 'view', view: 'processes' } },
  {
    id: 'open-project',
    title: 'Open a project…',
    detail: 'Procfile',
    deed: { kind: 'dialog', dialog: 'open-project' },
  },
  { id: 'metrics', title: 'Metrics', keys: 'g m', deed: { kind: 'view', view: 'metrics' } },
  { id: 'hosts', title: 'Hosts', keys: 'g h', deed: { kind: 'view', view: 'hosts' } },
  { id: 'settings', title: 'Settings', keys: 'g s', deed: { kind: 'view', view: 'settings' } },
  { id: 'import-hosts', title: 'Import hosts…', detail: '~/.ssh/config', deed: { kind: 'dialog', dialog: 'import-hosts' } },
  { id: 'rule', title: 'Add a placement rule…', detail: 'always on a host, or rather', deed: { kind: 'dialog', dialog: 'rule' } },
  { id: 'keys', title: 'List of keys', keys: '?', deed: { kind: 'dialog', dialog: 'keys' } },
  { id: 'theme-dark', title: 'Theme: dark', isQuiet: true, deed: { kind: 'theme', theme: 'dark' } },
  { id: 'theme-light', title: 'Theme: light', isQuiet: true, deed: { kind: 'theme', theme: 'light' } },
  { id: 'theme-system', title: 'Theme: as the system', isQuiet: true, deed: { kind: 'theme', theme: 'system' } },
  {
    id: 'sign-out',
    title: 'Sign out all browsers…',
    isQuiet: true,
    question: 'Sign out all browsers, this one too?',
    deed: { kind: 'sign-out' },
  },
  { id: 'auto', title: 'Default host: auto', isQuiet: true, deed: { kind: 'default-host', name: 'auto' } },
]

type Known = {
  hosts: readonly HostView[]
  jobs: readonly JobView[]
  projects: readonly ProjectHead[]
  processes: readonly ProcessView[]
}

function paletteEntries({ hosts, jobs, projects, processes }: Known): PaletteEntry[] {
  return [
    ...FIXED,
    ...projects.flatMap(project => projectEntries(project, processes)),
    ...hosts.flatMap(hostEntries),
    ...jobs.slice(0, NEWEST_JOBS).flatMap(jobEntries),
  ]
}

/** The best first; `asked`: what the core knows besides. With nothing typed: what was chosen lately, then what is always of use. */
export function matchingEntries(
  known: Known & { isReadonly?: boolean },
  query: string,
  recents: readonly string[],
  asked: readonly PaletteEntry[] = [],
): PaletteEntry[] {
  const all = [...paletteEntries(known), ...olderJobs(known.jobs, query), ...asked]
  const entries = known.isReadonly ? all.filter(isOnlyLooking) : all
  const rank = (entryId: string) => {
    const at = recents.indexOf(entryId)
    return at < 0 ? 0 : recents.length - at
  }
  const scored = entries.flatMap(entry => {
    const score = entryScore(entry, query)
    if (score === null || (query.trim() === '' && entry.isQuiet && rank(entry.id) === 0)) return []
    return { entry, score: score + rank(entry.id) / (query.trim() === '' ? 1 : 4) }
  })
  return scored
    .toSorted((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ entry }) => entry)
}

function isOnlyLooking({ deed }: PaletteEntry): boolean {
  return ['view', 'theme', 'host', 'job', 'process'].includes(deed.kind) || (deed.kind === 'dialog' && deed.dialog === 'keys')
}

function entryScore({ title, detail = '', jobId, isBehind = false }: PaletteEntry, query: string): number | null {
  const words = query.toLowerCase().split(/\s+/)
  const ids = jobId === undefined ? [] : words.filter(word => typedId(word) !== null && /\d/.test(word))
  const fitting = ids.filter(id => jobId?.startsWith(id))
  if (ids.some(id => !fitting.includes(id) && !title.toLowerCase().includes(id))) return null
  const others = words.filter(word => !fitting.includes(word))
  const score = fuzzyScore(others.join(' '), `${title} ${detail}`)
  return score === null ? null : score + fitting.length * ID_FITS - (isBehind ? BEHIND : 0)
}

function hostEntries({ name, isDefault, connection }: HostView): PaletteEntry[] {
  const shown = visible(name)
  return [
    { id: `host:${name}`, title: `Host ${shown}`, detail: visible(connection), deed: { kind: 'host', name } },
    { id: `test:${name}`, title: `Test host ${shown}`, isQuiet: true, deed: { kind: 'test-host', name } },
    ...(isDefault
      ? []
      : [
          {
            id: `default:${name}`,
            title: `Default host: ${shown}`,
            isQuiet: true,
            deed: { kind: 'default-host', name },
          } as const,
        ]),
  ]
}

function projectEntries({ id, name }: ProjectHead, processes: readonly ProcessView[]): PaletteEntry[] {
  const shown = visible(name)
  const entries = processes
    .filter(({ projectId }) => projectId === id)
    .flatMap((process): PaletteEntry[] => {
      const { label } = process
      const deeds: readonly ProcessDeed[] = isAtRest(process) ? ['start'] : ['restart', 'stop']
      return [
        {
          id: `process:${process.id}`,
          title: `Process ${label}`,
          detail: shown,
          isQuiet: true,
          isBehind: true,
          deed: { kind: 'process', project: id, label },
        },
        ...deeds.map(
          (deed): PaletteEntry => ({
            id: `${deed}:${process.id}`,
            title: `${deed.charAt(0).toUpperCase()}${deed.slice(1)} ${label}`,
            detail: shown,
            isQuiet: true,
            isBehind: true,
            deed: { kind: 'act-on-process', deed, project: id, label },
          }),
        ),
      ]
    })
  return [
    { id: `project:${id}`, title: `Processes of ${shown}`, deed: { kind: 'process', project: id, label: null } },
    ...entries,
  ]
}

export function jobEntries(job: JobView): PaletteEntry[] {
  const { id, kind, state, isForeign, hasTerminal } = job
  const go = { ...namedJobEntry(job), isQuiet: state === 'ended', isBehind: kind === 'app' }
  if (isForeign) return [go]
  const { title } = go
  const next: Pick<PaletteEntry, 'id' | 'title' | 'question' | 'deed'> =
    state === 'ended'
      ? { id: `rerun:${id}`, title: `Run again: ${title}`, deed: { kind: 'rerun-job', id, hasTerminal } }
      : {
          id: `stop:${id}`,
          title: `Stop: ${title}…`,
          question: `Stop ${shortId(id)}, ${title}?`,
          deed: { kind: 'stop-job', id },
        }
  return [go, { ...go, isQuiet: true, ...next }]
}

/** A typed id finds its job however old it is. */
function olderJobs(jobs: readonly JobView[], query: string): PaletteEntry[] {
  const id = typedId(query)
  return id === null ? [] : jobs.slice(NEWEST_JOBS).filter(withId(id)).flatMap(jobEntries)
}

/** What may be a job's id, or its beginning; null: it is none. */
function typedId(query: string): string | null {
  const text = query.trim().toLowerCase()
  return /^[0-9a-f][0-9a-f-]{3,35}$/.test(text) ? text : null
}

/** The id to ask the core for: the window knows no job of it. */
export function unknownId(jobs: readonly JobView[], query: string): string | null {
  const id = typedId(query)
  return id === null || jobs.some(withId(id)) ? null : id
}

/** Of several jobs that fit only so much is told. */
export type NamedJob = Pick<JobView, 'id' | 'command' | 'host'>

export function namedJobEntry({ id, command, host }: NamedJob): PaletteEntry {
  const detail = `${shortId(id)}${host === null ? '' : ` on ${visible(host)}`}`
  const title = visible(commandText(command).slice(0, 200))
  return { id: `job:${id}`, title, detail, jobId: id, deed: { kind: 'job', id } }
}

function withId(beginning: string): (job: JobView) => boolean {
  return ({ id }) => id.startsWith(beginning)
}
