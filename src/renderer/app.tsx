/** The frame: top bar, side bar, the view, status bar; and what lies over all of them. */
import { lazy, Suspense, useState } from 'react'
import { Waiting } from './components/empty.tsx'
import { ErrorBoundary } from './components/error-boundary.tsx'
import { Toasts } from './components/toasts.tsx'
import { Dialogs } from './dialogs/dialogs.tsx'
import { DropLayer } from './drop/drop-layer.tsx'
import { LinkBanner } from './frame/link-banner.tsx'
import { SideBar } from './frame/side-bar.tsx'
import { SnapshotProblem } from './frame/snapshot-problem.tsx'
import { StatusBar } from './frame/status-bar.tsx'
import { TopBar } from './frame/top-bar.tsx'
import { useCore } from './stores/core-store.ts'
import { useMayAct } from './stores/may-act.ts'
import { type Route, useRoute } from './stores/route.ts'
import { AppsView } from './views/apps/apps-view.tsx'
import { FirstStart, useIsFirstStart } from './views/first-start.tsx'
import { HostsView } from './views/hosts/hosts-view.tsx'
import { JobView } from './views/job/job-view.tsx'
import { JobsView } from './views/jobs/jobs-view.tsx'
import { Overview } from './views/overview/overview.tsx'
import { Refused } from './views/refused.tsx'
import { SettingsView } from './views/settings/settings-view.tsx'

/** Charts are a third of the page's code: they are fetched when some are looked at. So is what not everybody has. */
const MetricsView = lazy(async () => ({ default: (await import('./views/metrics/metrics-view.tsx')).MetricsView }))

const ProcessesView = lazy(async () => ({ default: (await import('./views/processes/processes-view.tsx')).ProcessesView }))

export function App() {
  const route = useRoute()
  const link = useCore(state => state.link)
  const mayAct = useMayAct()
  // Views wait for what they show, and it does not come.
  const hasAnything = useCore(({ isLoaded, problem }) => isLoaded || problem === null)
  if (link.kind === 'refused') return <Refused message={link.message} />
  return (
    <div className="app">
      <TopBar />
      <SideBar route={route} />
      <main className="view">
        <LinkBanner />
        <SnapshotProblem />
        {hasAnything && (
          <ErrorBoundary key={route.view}>
            <View route={route} />
          </ErrorBoundary>
        )}
      </main>
      <StatusBar />
      {mayAct && <DropLayer />}
      <Dialogs />
      <Toasts />
    </div>
  )
}

function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'overview':
      return <Beginning />
    case 'apps':
      return <AppsView />
    case 'jobs':
      return <JobsView />
    case 'job':
      return <JobView id={route.id} tab={route.tab} />
    case 'processes':
      return (
        <Suspense fallback={<Waiting what="Loading processes" height={320} />}>
          <ProcessesView project={route.project} process={route.process} />
        </Suspense>
      )
    case 'metrics':
      return (
        <Suspense fallback={<Waiting what="Loading metrics" height={320} />}>
          <MetricsView />
        </Suspense>
      )
    case 'hosts':
      return <HostsView selected={null} />
    case 'host':
      return <HostsView selected={route.name} />
    case 'settings':
      return <SettingsView />
  }
}

/** The overview; until there is something to look at, what can be begun with. */
function Beginning() {
  const isFirstStart = useIsFirstStart()
  const [isDismissed, setIsDismissed] = useState(false)
  return isFirstStart && !isDismissed ? <FirstStart onDismiss={() => setIsDismissed(true)} /> : <Overview />
}
