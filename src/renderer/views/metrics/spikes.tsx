/** When hosts stood at their limit, the newest first, with what ran there. */
import type { SpikeMark } from '../../../shared/contract.ts'
import { counted } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { TopProcesses } from '../../components/top-processes.tsx'

const SHOWN = 6

export function Spikes({ spikes, isCut }: { readonly spikes: readonly SpikeMark[]; readonly isCut: boolean }) {
  if (spikes.length === 0) return null
  const newest = spikes.toSorted((a, b) => b.at - a.at)
  const more = newest.length - SHOWN
  return (
    <section aria-labelledby="at-limit" className="spikes">
      <h2 id="at-limit">At their limit</h2>
      <div className="spike-cards">
        {newest.slice(0, SHOWN).map(({ host, at, limit, byCpu, byMemory }) => (
          <article key={`${host} ${at} ${limit}`} className="card">
            <p className="row">
              <strong className="cut">{visible(host)}</strong>
              <span className="tag warn">{limit === 'cpu' ? 'CPU' : 'memory'}</span>
              <span className="grow" />
              <time className="faint number" dateTime={new Date(at).toISOString()}>
                {new Date(at).toLocaleString()}
              </time>
            </p>
            <TopProcesses processes={limit === 'cpu' ? byCpu : byMemory} />
          </article>
        ))}
      </div>
      {(more > 0 || isCut) && (
        <p className="dim">
          {more > 0 ? `${counted(more, 'more', 'more')} before` : 'There was more before'}: zoom in to see them.
        </p>
      )}
    </section>
  )
}
