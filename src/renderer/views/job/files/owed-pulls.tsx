/** The files that were to be brought back when the job ended: how that went, or that it is still to be done. */
import { type JobView, owedPulls } from '../../../../shared/domain.ts'
import { resultsFolder } from '../../../../shared/drop.ts'
import { counted } from '../../../../shared/format.ts'
import { visible } from '../../../../shared/visible.ts'
import { useCore } from '../../../stores/core-store.ts'

export function OwedPulls({ job }: { readonly job: JobView }) {
  const owed = owedPulls(job)
  const databasePath = useCore(state => state.status?.databasePath ?? null)
  if (job.pull.length === 0) return null
  const where = job.folder === null || databasePath === null ? '' : ` to ${resultsFolder(job.folder, databasePath)}`
  return (
    <ul className="owed card" aria-label="To be brought back">
      {job.pull.map(pattern => {
        const result = job.pullResults.find(one => one.pattern === pattern)
        return (
          <li key={pattern}>
            <span className="mono">{visible(pattern)}</span>{' '}
            {result?.error ? (
              <span className="bad-text">was not brought back: {visible(result.error.message)}</span>
            ) : result ? (
              <span className="dim">
                brought back{visible(where)}, {counted(result.files, 'file')}
              </span>
            ) : owed.includes(pattern) ? (
              <span className="run-text">is being brought back</span>
            ) : (
              <span className="dim">is brought back{visible(where)} when the job has ended</span>
            )}
          </li>
        )
      })}
    </ul>
  )
}
