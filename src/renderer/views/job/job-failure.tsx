/** A job that failed, or of which nothing is known: what happened, where and when, its last lines, and what one would do next. */
import type { JobView } from '../../../shared/domain.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Ago } from '../../components/ago.tsx'
import { Button } from '../../components/button.tsx'
import { runAgain } from '../../components/job-deeds.ts'
import { useAnswer } from '../../components/use-answer.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { type JobTab, routeHash } from '../../stores/route.ts'
import { lastLogLines } from './log/read-log.ts'
import { plainText } from './log/sgr.ts'
import { whatHappened } from './what-happened.ts'

const LAST_LINES = 6

export function JobFailure({ job, tab }: { readonly job: JobView; readonly tab: JobTab }) {
  const happened = whatHappened(job)
  const mayAct = useMayAct()
  if (happened === null) return job.reason === null ? null : <p className="job-note dim">{visibleLines(job.reason)}</p>
  const hasLog = happened.hasLog && mayAct
  const when = job.unknownSince ?? job.endedAt
  const link = (to: JobTab) => routeHash({ view: 'job', id: job.id, tab: to })
  return (
    <section className={`notice ${happened.isUnknown ? 'unknown' : 'bad'}`} aria-label="What happened">
      <p>
        <strong>{happened.text}</strong>
        {job.host !== null && ` on ${visible(job.host)}`}
        {when !== null && (
          <>
            , {new Date(when).toLocaleString()} (<Ago at={when} />)
          </>
        )}
      </p>
      {job.reason !== null && <p>{visibleLines(job.reason)}</p>}
      {hasLog && tab !== 'log' && tab !== 'terminal' && <LastLines job={job} />}
      <div className="row">
        {!happened.isUnknown && mayAct && <Button onPress={() => runAgain(job)}>Run again</Button>}
        {hasLog && tab !== 'log' && (
          <a className="button" href={link('log')}>
            Log
          </a>
        )}
        {job.hasTerminal && hasLog && tab !== 'terminal' && (
          <a className="button" href={link('terminal')}>
            Terminal
          </a>
        )}
        {happened.isUnknown && job.host !== null && (
          <a className="button" href={routeHash({ view: 'host', name: job.host })}>
            Look at {visible(job.host)}
          </a>
        )}
      </div>
    </section>
  )
}

function LastLines({ job: { id } }: { readonly job: JobView }) {
  const { answer } = useAnswer(id, () => lastLogLines(id, LAST_LINES))
  // A host that cannot be asked gives none: the rest says enough.
  const lines = answer.kind === 'here' ? answer.value : []
  if (lines.every(line => line === '')) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: lines are longer than their place, and the keyboard scrolls to their ends.
    <pre className="mono last-lines" tabIndex={0}>
      {lines.map(plainText).join('\n')}
    </pre>
  )
}
