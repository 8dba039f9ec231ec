/** An app: its picture and name, where it is and where it runs. A click launches it; its menu has the rest. A page that only looks has neither. */
import { MoreHorizontal, Star } from 'lucide-react'
import { type MouseEvent, memo, useRef, useState } from 'react'
import type { AppView } from '../../../shared/app.ts'
import type { JobView } from '../../../shared/domain.ts'
import { bytesText, counted } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { isJobOf, launchApp } from '../../components/app-deeds.ts'
import { AppIcon } from '../../components/app-icon.tsx'
import { useMayAct } from '../../stores/may-act.ts'
import { routeHash } from '../../stores/route.ts'
import { showError } from '../../stores/toasts.ts'
import { AppMenu } from './app-menu.tsx'

const ICON = 48

export const AppTile = memo(function AppTile({ app, live }: { readonly app: AppView; readonly live: readonly JobView[] }) {
  const [isOpen, setIsOpen] = useState(false)
  const more = useRef<HTMLButtonElement>(null)
  const mayAct = useMayAct()
  const name = visible(app.name)
  const jobs = live.filter(job => isJobOf(job, app.programs))
  const openMenu = (event: MouseEvent) => {
    if (!mayAct) return
    event.preventDefault()
    setIsOpen(true)
  }
  const close = () => {
    setIsOpen(false)
    more.current?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu that it opens has a button of its own.
    <div className="app-tile" onContextMenu={mayAct ? openMenu : undefined}>
      <button
        type="button"
        className="app-launch"
        disabled={!mayAct}
        title={mayAct ? visible(app.comment ?? app.genericName ?? app.name) : 'This page may only look, and launches nothing'}
        onClick={() => launchApp(app).catch(showError)}
      >
        <AppIcon app={app} size={ICON} />
        <span className="app-name">{name}</span>
        <span className="app-hosts dim">{placesText(app)}</span>
      </button>
      {app.isFavourite && <Star className="app-star" size={12} role="img" aria-label="Favourite" />}
      {mayAct && (
        <button
          ref={more}
          type="button"
          className="app-more"
          aria-haspopup="menu"
          aria-expanded={isOpen}
          aria-label={`More for ${name}`}
          onClick={() => setIsOpen(!isOpen)}
        >
          <MoreHorizontal size={14} aria-hidden />
        </button>
      )}
      {jobs.length > 0 && (
        <a className="app-running" href={routeHash({ view: 'job', id: jobs[0]?.id ?? '', tab: null })}>
          <span className="dot" /> {runningText(jobs)}
        </a>
      )}
      {isOpen && mayAct && <AppMenu app={app} jobs={jobs} onClose={close} onLeave={() => setIsOpen(false)} />}
    </div>
  )
})

function placesText({ hosts }: AppView): string {
  const [first] = hosts
  return hosts.length === 1 && first ? visible(first.host) : counted(hosts.length, 'host')
}

function runningText(jobs: readonly JobView[]): string {
  const hosts = [...new Set(jobs.map(({ host }) => visible(host ?? 'its way')))]
  const memoryBytes = jobs.reduce((sum, job) => sum + (job.memoryBytes ?? 0), 0)
  const cost = memoryBytes === 0 ? '' : ` · ${bytesText(memoryBytes)}`
  return `on ${hosts.slice(0, 2).join(', ')}${hosts.length > 2 ? ` +${hosts.length - 2}` : ''}${cost}`
}
