/** What a flag stands for, in a line: a job that began, ended or failed; a host at its limit, and what ran there. */
import { visible } from '../../../shared/visible.ts'
import { Cut } from '../../components/cut.tsx'
import { TopProcesses } from '../../components/top-processes.tsx'
import { routeHash } from '../../stores/route.ts'
import type { MetricsFlag } from './flags-of.ts'

const WORDS = { start: 'began', end: 'ended', failure: 'failed' } as const

export function FlagText({ flag }: { readonly flag: MetricsFlag }) {
  const time = new Date(flag.at).toLocaleString()
  if ('spike' in flag) {
    const { spike } = flag
    return (
      <div className="flag-text">
        <strong className="warn-text">
          {visible(spike.host)} at its limit of {spike.limit === 'cpu' ? 'CPU' : 'memory'}
        </strong>
        <span className="faint">{time}</span>
        <TopProcesses processes={spike.limit === 'cpu' ? spike.byCpu : spike.byMemory} />
      </div>
    )
  }
  const { jobId, kind, command, host } = flag.job
  return (
    <a className="flag-text" href={routeHash({ view: 'job', id: jobId, tab: null })}>
      <span className="row">
        <Cut className="mono grow" text={command} />
        <span className={kind === 'failure' ? 'bad-text' : 'dim'}>{WORDS[kind]}</span>
      </span>
      <span className="faint">
        {host === null ? 'before it had a host' : `on ${visible(host)}`}, {time}
      </span>
    </a>
  )
}
