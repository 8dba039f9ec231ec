/** Why a job runs where it does: the numbers of each host when it was placed, and why the others were left out. */
import { useState } from 'react'
import { ruleNameOf } from '../../../shared/app-name.ts'
import type { JobView } from '../../../shared/domain.ts'
import type { Explanation } from '../../../shared/placement.ts'
import { candidateRows, NONE, NUMBER_TITLES } from '../../../shared/placement-text.ts'
import { visible, visibleLines } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { openDialog } from '../../stores/dialogs.ts'
import { useMayAct } from '../../stores/may-act.ts'

export function WhyTab({ job }: { readonly job: JobView }) {
  const mayAct = useMayAct()
  // It is placed once, and has a host from then on.
  const { answer, again } = useAnswer(`${job.id} ${job.host ?? ''}`, () => core.call('job.explain', { job: job.id }))
  if (answer.kind === 'waiting') return <Waiting what="Asking why it runs there" height={60} />
  if (answer.kind === 'failed') return <Problem error={answer.error} onAgain={again} />
  const { placement, numbers } = answer.value
  if (placement === null) return <Empty title="It has not been placed on a host yet" />
  return (
    <section className="card why" aria-label="Placement">
      <p>
        <strong>{visible(placement.host)}</strong>: {visibleLines(placement.reason)}
      </p>
      <CandidateTable explanation={answer.value} />
      <div className="why-replay">
        {mayAct && !job.isForeign && (
          <Button onPress={() => openDialog({ kind: 'pin', wish: pinWish(job, answer.value) })}>Always on this host…</Button>
        )}
        {numbers !== null && <Replay key={job.id} jobId={job.id} />}
      </div>
    </section>
  )
}

function CandidateTable({ explanation }: { readonly explanation: Explanation }) {
  const rows = candidateRows(explanation)
  const hasNumbers = explanation.numbers !== null
  if (rows.length === 0) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it is wider than a small window, and the keyboard scrolls to its end.
    <section className="why-scroll" tabIndex={0} aria-label="What each host was weighed by">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col" className="figure">
              Expected to lose
            </th>
            {hasNumbers &&
              NUMBER_TITLES.map(title => (
                <th scope="col" className="figure" key={title}>
                  {title}
                </th>
              ))}
            <th scope="col">Left out because</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ host, isChosen, score, numbers, leftOut }) => (
            <tr key={host} aria-current={isChosen ? 'true' : undefined}>
              <th scope="row">{visible(host)}</th>
              <td className="figure">{shown(score)}</td>
              {hasNumbers &&
                numbers.map((text, index) => (
                  <td className="figure" key={NUMBER_TITLES[index]}>
                    {shown(text)}
                  </td>
                ))}
              <td className="dim">{visible(leftOut)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** The sign of the window's other tables. */
function shown(text: string): string {
  return text === NONE ? '—' : text
}

/** Whoever doubts a reason can have the same numbers weighed again. */
function Replay({ jobId }: { readonly jobId: string }) {
  const [said, setSaid] = useState('')
  const ask = async () => setSaid(replayText(await core.call('job.explain', { job: jobId, replay: true })))
  return (
    <>
      <Button onPress={ask}>Weigh again</Button>
      <span role="status" className="dim">
        {visibleLines(said)}
      </span>
    </>
  )
}

/** By the rule that pinned it, or a new one of its name. */
function pinWish({ kind, command, host }: JobView, { placement, need }: Explanation) {
  const pattern = need?.pin?.pattern ?? ruleNameOf(command)
  return { kind: kind === 'app' ? 'app' : 'command', pattern, host: placement?.host ?? host ?? '' } as const
}

function replayText({ replay }: Explanation): string {
  if (replay === null) return 'The numbers it was placed by are not kept any more.'
  if (replay.isSame) return 'The same numbers give the same host.'
  return `The same numbers give ${replay.host ?? 'no host'} now: ${replay.reason}`
}
