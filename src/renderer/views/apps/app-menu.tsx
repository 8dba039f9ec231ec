/** The menu of an app: where to launch it, what else it can do, and what of it runs. */
import { type FocusEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { AppView } from '../../../shared/app.ts'
import { ruleNameOf } from '../../../shared/app-name.ts'
import type { JobView } from '../../../shared/domain.ts'
import { visible } from '../../../shared/visible.ts'
import { addToMenu, launchApp, setFavourite } from '../../components/app-deeds.ts'
import { stopJob } from '../../components/job-deeds.ts'
import { moveFocus } from '../../components/menu-keys.ts'
import { HostDot } from '../../components/state-tags.tsx'
import { useCore } from '../../stores/core-store.ts'
import { openDialog } from '../../stores/dialogs.ts'
import { navigate } from '../../stores/route.ts'
import { showError } from '../../stores/toasts.ts'

type AppMenuProps = {
  readonly app: AppView
  /** Of it, those that run. */
  readonly jobs: readonly JobView[]
  /** It was used, or given up: the focus goes back. */
  readonly onClose: () => void
  /** The focus is elsewhere already. */
  readonly onLeave: () => void
}

export function AppMenu({ app, jobs, onClose, onLeave }: AppMenuProps) {
  const hosts = useCore(state => state.hosts)
  const menu = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState({ left: 0, top: 0 })
  useLayoutEffect(() => {
    if (menu.current) setPlace(placeOf(menu.current))
  }, [])
  useEffect(() => menu.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus({ preventScroll: true }), [])
  const choose = (act: () => Promise<void> | void) => () => {
    onClose()
    Promise.resolve(act()).catch(showError)
  }
  const item = (key: string, text: string, act: () => Promise<void> | void) => (
    <button key={key} type="button" role="menuitem" onClick={choose(act)}>
      {text}
    </button>
  )
  const left = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget)) onLeave()
  }
  return (
    <div
      ref={menu}
      className="menu app-menu"
      role="menu"
      tabIndex={-1}
      style={place}
      aria-label={`${visible(app.name)}: what to do`}
      onBlur={left}
      onKeyDown={event => moveFocus(event, onClose)}
    >
      {app.hosts.length > 1 && item('launch', 'Launch on the least busy host', () => launchApp(app))}
      {hosts
        .filter(({ name }) => app.hosts.some(({ host }) => host === name))
        .map(host => (
          <button key={host.name} type="button" role="menuitem" onClick={choose(() => launchApp({ ...app, host: host.name }))}>
            <HostDot host={host} /> Launch on {visible(host.name)}
          </button>
        ))}
      {app.actions.map(action =>
        item(`action ${action.id}`, visible(action.name), () => launchApp({ ...app, action: action.id })),
      )}
      <hr />
      {jobs.flatMap(job => {
        const where = job.host === null ? '' : ` on ${visible(job.host)}`
        return [
          item(`stop ${job.id}`, `Stop it${where}`, () => stopJob(job)),
          item(`why ${job.id}`, `Why${where}?`, () => navigate({ view: 'job', id: job.id, tab: 'why' })),
        ]
      })}
      {item('pin', 'Always on this host…', () => openDialog({ kind: 'pin', wish: pinWish(app, jobs) }))}
      {item('favourite', app.isFavourite ? 'No favourite any more' : 'Make it a favourite', () =>
        setFavourite(app, !app.isFavourite),
      )}
      {item('menu', "Add to this desktop's menu", () => addToMenu(app))}
    </div>
  )
}

/** Where it runs, or could: the dialog asks. */
function pinWish({ programs, hosts }: AppView, jobs: readonly JobView[]) {
  const [program = ''] = programs
  const host = jobs[0]?.host ?? hosts[0]?.host ?? ''
  return { kind: 'app', pattern: ruleNameOf({ argv: [program] }), host } as const
}

/** Below the tile's button, and all of it in the window: a view cuts what hangs over its edges. */
function placeOf(menu: HTMLElement): { left: number; top: number } {
  const tile = menu.parentElement?.getBoundingClientRect() ?? new DOMRect()
  const { width, height } = menu.getBoundingClientRect()
  const within = (wanted: number, size: number, room: number) => Math.max(8, Math.min(wanted, room - size - 8))
  return { left: within(tile.right - width, width, innerWidth), top: within(tile.top + 30, height, innerHeight) }
}
