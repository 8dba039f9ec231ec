/** One job: what it is and how it stands, what can be done with it, and behind tabs all that it leaves: terminal, log, files, figures. */
import './job.css'
import { lazy, Suspense, useCallback, useRef } from 'react'
import { isFinal, type JobView as Job } from '../../../shared/domain.ts'
import { visible } from '../../../shared/visible.ts'
import { Empty, Waiting } from '../../components/empty.tsx'
import { type JobTab, routeHash } from '../../stores/route.ts'
import { FilesTab } from './files/files-tab.tsx'
import { JobFailure } from './job-failure.tsx'
import { JobHead } from './job-head.tsx'
import { JobTabs, tabsOf } from './job-tabs.tsx'
import { LogTab } from './log/log-tab.tsx'
import { ResourcesTab } from './resources-tab.tsx'
import { useJob } from './use-job.ts'
import { useLookedAt } from './use-looked-at.ts'
import { WhyTab } from './why-tab.tsx'

/** The terminal is half of the page's code: it is fetched when one is looked at. */
const TerminalView = lazy(async () => ({ default: (await import('../../terminal/terminal-view.tsx')).TerminalView }))

export function JobView({ id, tab }: { readonly id: string; readonly tab: JobTab | null }) {
  const found = useJob(id)
  if (found.kind === 'asking') {
    return <Waiting what="Looking for the job" height={240} />
  }
  if (found.kind === 'nowhere') {
    return (
      <Empty title="There is no such job">
        <p>{visible(found.message)}</p>
        <a className="button" href={routeHash({ view: 'jobs' })}>
          All jobs
        </a>
      </Empty>
    )
  }
  return <KnownJob key={found.job.id} job={found.job} tab={tab} />
}

function KnownJob({ job, tab }: { readonly job: Job; readonly tab: JobTab | null }) {
  useLookedAt(job)
  const tabs = useRef<HTMLDivElement>(null)
  const focusTabs = useCallback(() => tabs.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus(), [])
  // What a job opens with is decided once: its end is not to take away the screen one looks at.
  const first = useRef<JobTab>(job.hasTerminal && !isFinal(job) ? 'terminal' : 'log')
  const tabsThere = tabsOf(job)
  const shown = [tab, first.current].find(name => name !== null && tabsThere.includes(name)) ?? tabsThere[0] ?? first.current
  return (
    <article className="job" aria-label="Job">
      <JobHead job={job} />
      <JobFailure job={job} tab={shown} />
      <JobTabs job={job} shown={shown} ref={tabs} />
      <div className="job-panel" role="tabpanel" id="job-panel" aria-labelledby={`tab-${shown}`}>
        {shown === 'terminal' && (
          <Suspense fallback={<Waiting what="Opening the terminal" height={200} />}>
            <TerminalView job={job} onLeave={focusTabs} />
          </Suspense>
        )}
        {shown === 'log' && <LogTab job={job} />}
        {shown === 'files' && <FilesTab job={job} />}
        {shown === 'resources' && <ResourcesTab job={job} />}
        {shown === 'why' && <WhyTab job={job} />}
      </div>
    </article>
  )
}
