/** The tabs of a job: links, so that each can be gone to, and among which the arrow keys move. */
import type { KeyboardEvent, Ref } from 'react'
import type { JobView } from '../../../shared/domain.ts'
import { visible } from '../../../shared/visible.ts'
import { mayAct } from '../../stores/may-act.ts'
import { JOB_TABS, type JobTab, navigate, routeHash } from '../../stores/route.ts'
import { tabAfter } from './tab-after.ts'

type JobTabsProps = { readonly job: JobView; readonly shown: JobTab; readonly ref: Ref<HTMLDivElement> }

const TO_LOOK_AT: readonly JobTab[] = ['resources', 'why']

export function tabsOf(job: Pick<JobView, 'hasTerminal'>): readonly JobTab[] {
  if (!mayAct()) return TO_LOOK_AT
  return JOB_TABS.filter(tab => tab !== 'terminal' || job.hasTerminal)
}

export function JobTabs({ job, shown, ref }: JobTabsProps) {
  const tabs = tabsOf(job)
  const pressed = (event: KeyboardEvent<HTMLDivElement>) => {
    const tab = tabAfter(tabs, shown, event.key)
    if (tab === null) return
    event.preventDefault()
    navigate({ view: 'job', id: job.id, tab })
    event.currentTarget.querySelector<HTMLElement>(`#tab-${tab}`)?.focus()
  }
  return (
    <div className="tabs" role="tablist" aria-label="Of this job" ref={ref} onKeyDown={pressed}>
      {tabs.map(tab => (
        <a
          key={tab}
          id={`tab-${tab}`}
          role="tab"
          href={routeHash({ view: 'job', id: job.id, tab })}
          aria-selected={tab === shown}
          aria-controls="job-panel"
          tabIndex={tab === shown ? 0 : -1}
        >
          {tabName(tab, job)}
        </a>
      ))}
    </div>
  )
}

function tabName(tab: JobTab, { host }: JobView): string {
  if (tab === 'why') return host === null ? 'Why?' : `Why ${visible(host)}?`
  return tab.charAt(0).toUpperCase() + tab.slice(1)
}
