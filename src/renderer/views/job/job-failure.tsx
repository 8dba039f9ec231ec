/** A job that failed, or of which nothing is known: what happened, where and when, its last lines, and what one would do next. */
import { useEffect, useState } from 'react'
import type { JobView } from '../../../shared/domain.ts'
import { ageText } from '../../../shared/format.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { useNow } from '../../stores/clock.ts'
import { type JobTab, routeHash } from '../../stores/route.ts'
import { lastLogLines } from './log/read-log.ts'
import { plainText } from './log/sgr.ts'
import { runAgain } from './run-again.ts'
import { whatHappened } from './what-happened.ts'

const LAST_LINES = 6

export function JobFailure({ job, tab }: { readonly job: JobView; readonly tab: JobTab }) {
  const now = useNow()
  const happened = whatHappened(job)
  if (happened === null) return job.reason === null ? null : <p className="job-note dim">{visibleLines(job.reason)}</p>
  const when = job.unknownSince ?? job.endedAt
  const link = (to: JobTab) => routeHash({ view: 'job', id: job.id, tab: to })
  return (
    <section className={`job-failure ${happened.isUnknown ? 'unknown' : 'bad'}`} aria-label="What happened">
      <p>
        <strong>{happened.text}</strong>
        {job.host !== null && ` on ${visible(job.host)}`}
        {when !== null && (
          <>
            , <time dateTime={new Date(when).toISOString()}>{new Date(when).toLocaleString()}</time> ({ageText(now - when)} ago)
          </>
        )}
      </p>
      {job.reason !== null && <p>{visibleLines(job.reason)}</p>}
      {happened.hasLog && tab !== 'log' && tab !== 'terminal' && <LastLines job={job} />}
      <div className="row">
        {!happened.isUnknown && <Button onPress={() => runAgain(job, null)}>Run again</Button>}
        {happened.hasLog && tab !== 'log' && (
          <a className="button" href={link('log')}>
            Log
          </a>
        )}
        {job.hasTerminal && happened.hasLog && tab !== 'terminal' && (
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
  const [lines, setLines] = useState<string[] | null>(null)
  useEffect(() => {
    let isWanted = true
    lastLogLines(id, LAST_LINES).then(
      found => isWanted && setLines(found),
      () => undefined, // Its host cannot be asked: the rest says enough.
    )
    return () => {
      isWanted = false
    }
  }, [id])
  if (lines === null || lines.every(line => line === '')) return null
  return <pre className="mono last-lines">{lines.map(plainText).join('\n')}</pre>
}
