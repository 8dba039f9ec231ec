/** Why a job runs where it does: what was known of each host when it was placed. */
import type { JobView, Placement } from '../../../shared/domain.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Empty, Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'

export function WhyTab({ job }: { readonly job: JobView }) {
  // It is placed once, and has a host from then on.
  const { answer, again } = useAnswer(`${job.id} ${job.host ?? ''}`, () => core.call('job.explain', { job: job.id }))
  if (answer.kind === 'waiting') return <Waiting what="Asking why it runs there" height={60} />
  if (answer.kind === 'failed') return <Problem error={answer.error} onAgain={again} />
  const { placement } = answer.value
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
