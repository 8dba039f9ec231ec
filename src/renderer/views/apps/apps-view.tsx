/** The apps of all hosts: favourites and what was used lately first, found as one types, launched by a click. */
import './apps.css'
import { RefreshCw } from 'lucide-react'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import type { AppView } from '../../../shared/app.ts'
import { searchApps } from '../../../shared/app-search.ts'
import { counted } from '../../../shared/format.ts'
import { Button } from '../../components/button.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { core } from '../../core.ts'
import { loadApps, useApps } from '../../stores/apps.ts'
import { useCore } from '../../stores/core-store.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { AppTile } from './app-tile.tsx'
import { nextTile } from './next-tile.ts'

const MOST_RECENT = 8
/** More than anybody looks through: the rest is found by typing. */
const MOST_SHOWN = 400

export function AppsView() {
  const { apps, isLoaded, error } = useApps()
  const mayAct = useMayAct()
  const [query, setQuery] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const view = useRef<HTMLDivElement>(null)
  const groups = useMemo(() => groupsOf(apps, query), [apps, query])
  const shown = groups.reduce((sum, group) => sum + group.apps.length, 0)
  const onKey = (event: KeyboardEvent) => {
    if (event.target === field.current && event.key === 'Enter') {
      event.preventDefault()
      view.current?.querySelector<HTMLElement>('.app-launch')?.click()
    } else if (view.current && !(event.target instanceof Element && event.target.closest('[role=menu]'))) {
      const next = nextTile(view.current, event.key, field.current)
      if (!next) return
      event.preventDefault()
      next.focus()
    }
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the tiles and the field in it.
    <div className="apps" ref={view} onKeyDown={onKey}>
      <header>
        <h1>Apps</h1>
        <input
          ref={field}
          className="input apps-field"
          type="search"
          aria-label="Find an app"
          placeholder="Find an app…"
          value={query}
          spellCheck={false}
          autoComplete="off"
          onChange={event => setQuery(event.target.value)}
        />
        <span className="grow" />
        <span className="dim number" role="status">
          {isLoaded && counted(shown, 'app')}
        </span>
        {mayAct && (
          <Button onPress={() => core.call('app.refresh', {})}>
            <RefreshCw size={14} aria-hidden /> Ask the hosts
          </Button>
        )}
      </header>
      {error !== null && <Problem error={error} onAgain={loadApps} />}
      {!isLoaded && error === null && <Waiting what="Loading apps" height={240} />}
      {isLoaded && shown === 0 && <NoApps query={query} />}
      {groups.map(group => (
        <Group key={group.title} {...group} />
      ))}
    </div>
  )
}

type GroupProps = { readonly title: string; readonly apps: readonly AppView[] }

function Group({ title, apps }: GroupProps) {
  const jobs = useCore(state => state.jobs)
  const live = useMemo(() => jobs.filter(job => job.kind === 'app' && job.state !== 'ended'), [jobs])
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <div className="app-grid">
        {apps.slice(0, MOST_SHOWN).map(app => (
          <AppTile key={app.id} app={app} live={live} />
        ))}
      </div>
      {apps.length > MOST_SHOWN && <p className="dim">{apps.length - MOST_SHOWN} more: type to find them.</p>}
    </section>
  )
}

function NoApps({ query }: { readonly query: string }) {
  if (query.trim() !== '') return <Empty title="No app fits that" />
  return (
    <Empty title="No apps were found yet">
      <span>Drover lists what the menus of this computer and of your hosts have.</span>
    </Empty>
  )
}

function groupsOf(apps: readonly AppView[], query: string): GroupProps[] {
  const sorted = searchApps(apps, query)
  if (query.trim() !== '') return [{ title: 'Found', apps: sorted }].filter(({ apps: found }) => found.length > 0)
  const favourites = sorted.filter(app => app.isFavourite)
  const recent = sorted.filter(app => !app.isFavourite && app.usedAt !== null).slice(0, MOST_RECENT)
  const others = sorted.filter(app => !favourites.includes(app) && !recent.includes(app))
  const groups = [
    { title: 'Favourites', apps: favourites },
    { title: 'Used lately', apps: recent },
    { title: 'All', apps: others },
  ]
  return groups.filter(group => group.apps.length > 0)
}
