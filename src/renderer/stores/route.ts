/** Where the window is, kept in the address's fragment, so that going back, a reload and a link to a job all work. */
import { useSyncExternalStore } from 'react'

export const JOB_TABS = ['terminal', 'log', 'files', 'resources', 'why'] as const
export type JobTab = (typeof JOB_TABS)[number]

export type Route =
  | { view: 'overview' }
  | { view: 'apps' }
  | { view: 'jobs' }
  | { view: 'job'; id: string; tab: JobTab | null }
  /** `project`: its id, null for the first; `process`: the label of the one that is looked at alone. */
  | { view: 'processes'; project: string | null; process: string | null }
  | { view: 'metrics' }
  | { view: 'hosts' }
  | { view: 'host'; name: string }
  | { view: 'settings' }

export function navigate(route: Route): void {
  location.hash = routeHash(route)
}

export function routeHash(route: Route): string {
  switch (route.view) {
    case 'overview':
      return '#/'
    case 'job':
      return `#/jobs/${encodeURIComponent(route.id)}${route.tab === null ? '' : `/${route.tab}`}`
    case 'processes':
      return ['#/processes', route.project, route.process]
        .flatMap((part, at) => (part === null ? [] : at === 0 ? part : encodeURIComponent(part)))
        .join('/')
    case 'host':
      return `#/hosts/${encodeURIComponent(route.name)}`
    default:
      return `#/${route.view}`
  }
}

/** An address of no view is the overview. */
function parseRoute(hash: string): Route {
  const [view, id, tab] = hash.replace(/^#\//, '').split('/').map(decoded)
  if (view === 'jobs' && id) return { view: 'job', id, tab: JOB_TABS.find(name => name === tab) ?? null }
  if (view === 'processes') return { view, project: id || null, process: tab || null }
  if (view === 'hosts' && id) return { view: 'host', name: id }
  if (view === 'apps' || view === 'jobs' || view === 'metrics' || view === 'hosts' || view === 'settings') return { view }
  return { view: 'overview' }
}

let known: { hash: string; route: Route } | undefined

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute)
}

function currentRoute(): Route {
  const { hash } = location
  if (known?.hash !== hash) known = { hash, route: parseRoute(hash) }
  return known.route
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // Typed by hand: it will be found nowhere.
  }
}
