/** Why a job runs where it does: what was known of each host when it was placed. */
import { useEffect, useState } from 'react'
import type { JobView, Placement } from '../../../shared/domain.ts'
import { type ErrorBody, toErrorBody } from '../../../shared/errors.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Empty, Skeleton } from '../../components/empty.tsx'
import { core } from '../../core.ts'

export function WhyTab({ job }: { readonly job: JobView }) {
  const [answer, setAnswer] = useState<{ placement: Placement | null } | { error: ErrorBody } | null>(null)
  const { id, host } = job
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is placed once, and has a host from then on.
  useEffect(() => {
    let isWanted = true
    core.call('job.explain', { job: id }).then(
      found => isWanted && setAnswer(found),
      error => isWanted && setAnswer({ error: toErrorBody(error) }),
    )
    return () => {
      isWanted = false
    }
  }, [id, host])
  if (answer === null) return <Skeleton height={60} />
  if ('error' in answer) return <Empty title={visible(answer.error.message)} />
  const { placement } = answer
  if (placement === null) return <Empty title="It has not been placed on a host yet" />
  return (
    <section className="card why" aria-label="Placement">
      <p>
        <strong>{visible(placement.host)}</strong>: {visibleLines(placement.reason)}
      </p>
      {placement.candidates.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Host</th>
              <th scope="col" className="figure">
                Expected to lose
              </th>
              <th scope="col">Left out because</th>
            </tr>
          </thead>
          <tbody>
            {[...placement.candidates].sort(byScore).map(({ host: name, score, refused }) => (
              <tr key={name} aria-current={name === placement.host ? 'true' : undefined}>
                <th scope="row">{visible(name)}</th>
                <td className="figure">{score === null ? '' : `${score.toFixed(1)} s`}</td>
                <td className="dim">{refused === null ? '' : visible(refused)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** A score is the time a job is expected to lose there. Best first, those that were left out last. */
function byScore(a: Placement['candidates'][number], b: Placement['candidates'][number]): number {
  return (a.score ?? Number.MAX_VALUE) - (b.score ?? Number.MAX_VALUE)
}
