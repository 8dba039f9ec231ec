/** The disk that a host gives us: what is used for what, and freeing it, which is always shown before it is done. */
import { useState } from 'react'
import type { GcReport, Output } from '../../../shared/contract.ts'
import { bytesText, counted } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Waiting } from '../../components/empty.tsx'
import { Problem } from '../../components/problem.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { showToast } from '../../stores/toasts.ts'

export function HostDisk({ name }: { readonly name: string }) {
  const { answer, again } = useAnswer(name, () => core.call('disk.usage', { host: name }))
  const [offer, setOffer] = useState<GcReport | null>(null)
  const lookUp = async () => setOffer(reportOf(await core.call('disk.gc', { host: name, dryRun: true })))
  const free = async () => {
    const { removed, error } = reportOf(await core.call('disk.gc', { host: name }))
    setOffer(null)
    again()
    if (error !== null) return showToast({ kind: 'problem', text: visible(error) })
    showToast({ kind: 'done', text: `${bytesText(sum(removed))} freed on ${visible(name)}` })
  }
  const error = answer.kind === 'failed' ? answer.error.message : answer.kind === 'here' ? answer.value.hosts[0]?.error : null
  return (
    <section className="host-disk" aria-label="Disk">
      <header className="row">
        <h3>Disk it gives us</h3>
        <span className="grow" />
        {offer === null && <Button onPress={lookUp}>What can be freed?</Button>}
      </header>
      {answer.kind === 'waiting' && <Waiting what="Asking for its disk" height={36} />}
      {error && <Problem error={{ message: error }} onAgain={again} />}
      {answer.kind === 'here' && !error && <Figures use={answer.value} />}
      {offer !== null && (
        <div className="notice warn gc-offer" role="status">
          <span className="grow">{offer.error === null ? offerText(offer) : visible(offer.error)}</span>
          <Button onPress={() => setOffer(null)}>{offer.removed.length === 0 ? 'Close' : 'Keep it'}</Button>
          {offer.removed.length > 0 && (
            <Button kind="danger" onPress={free}>
              Free {bytesText(sum(offer.removed))}
            </Button>
          )}
        </div>
      )}
    </section>
  )
}

function Figures({ use }: { readonly use: Output<'disk.usage'> }) {
  const [disk] = use.hosts
  if (disk === undefined) return null
  const figures = [
    ['Free', disk.freeBytes],
    ['Logs of jobs', disk.jobsBytes],
    ['Workdirs', disk.workdirsBytes],
    ['Copies of folders', disk.foldersBytes],
    ['Spares', disk.sparesBytes],
  ] as const
  return (
    <dl className="figures number">
      {figures.map(([name, bytes]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{bytesText(bytes)}</dd>
        </div>
      ))}
    </dl>
  )
}

function offerText({ removed }: GcReport): string {
  if (removed.length === 0) return 'Nothing is old enough to go.'
  const kinds = Map.groupBy(removed, entry => entry.kind)
  const parts = [...kinds].map(([kind, entries]) =>
    counted(entries.length, kind === 'folder' ? 'copy of a folder' : kind, kind === 'folder' ? 'copies of folders' : `${kind}s`),
  )
  return `${parts.join(', ')}: ${bytesText(sum(removed))}. What is needed again is made again.`
}

function reportOf({ hosts }: Output<'disk.gc'>): GcReport {
  return hosts[0] ?? { host: '', removed: [], error: null }
}

function sum(removed: GcReport['removed']): number {
  return removed.reduce((total, { bytes }) => total + bytes, 0)
}
