/** A process that is broken, dead or not known of: what happened, where and when, the lines around, and what one would do next. */
import type { ProcessView } from '../../../shared/process.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Ago } from '../../components/ago.tsx'
import { Button } from '../../components/button.tsx'
import { actOnProcess } from '../../components/process-deeds.ts'
import { useCore } from '../../stores/core-store.ts'
import { processProblem } from '../../stores/needs-you.ts'
import { routeHash } from '../../stores/route.ts'
import { plainText } from '../job/log/sgr.ts'

type ProcessFailureProps = { readonly process: ProcessView; readonly onShow: (place: { jobId: string; byte: number }) => void }

export function ProcessFailure({ process, onShow }: ProcessFailureProps) {
  const { label, host, since, reason, brokenBy, state, unknownSince, lastState } = process
  const problem = processProblem(process)
  const isAway = useCore(({ hosts }) => hosts.some(({ name, state: of }) => name === host && of !== 'connected'))
  if (problem === null && state !== 'unknown') return null
  return (
    <section className={`notice ${problem === null ? 'unknown' : 'bad'}`} aria-label="What happened">
      {problem !== null && (
        <p>
          <strong>
            {label} {problem}
          </strong>
          {host !== null && ` on ${visible(host)}`}, <Ago at={since} />
        </p>
      )}
      {unknownSince !== null && (
        <p>
          <strong>{label} is unknown:</strong> {visible(host ?? 'its host')} could last be asked <Ago at={unknownSince} />; it was{' '}
          {lastState} then
        </p>
      )}
      {brokenBy && (
        <p>
          It printed what is a failure: <span className="mono">{visible(brokenBy.pattern)}</span>
        </p>
      )}
      {reason !== null && !brokenBy && <p>{visibleLines(reason)}</p>}
      {brokenBy && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: lines are longer than their place, and the keyboard scrolls to their ends.
        <pre className="mono last-lines" tabIndex={0}>
          {brokenBy.lines.map((line, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they never move, and their place is all they have.
            <Line key={place} text={line} isIt={line === brokenBy.line} />
          ))}
        </pre>
      )}
      <div className="row">
        {problem !== null && <Button onPress={() => actOnProcess('restart', process)}>Restart</Button>}
        {brokenBy && <Button onPress={() => onShow(brokenBy)}>Show it in the output</Button>}
        {isAway && host !== null && (
          <a className="button" href={routeHash({ view: 'host', name: host })}>
            Look at {visible(host)}
          </a>
        )}
      </div>
    </section>
  )
}

function Line({ text, isIt }: { readonly text: string; readonly isIt: boolean }) {
  const shown = `${plainText(text)}\n`
  return isIt ? <strong>{shown}</strong> : shown
}
