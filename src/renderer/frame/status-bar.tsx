/** The window's last line: hosts, what runs, the health of the core. */
import { ageText, counted } from '../../shared/format.ts'
import { useNow } from '../stores/clock.ts'
import { useCore } from '../stores/core-store.ts'
import { useJobCounts } from '../stores/job-counts.ts'

export function StatusBar() {
  const now = useNow()
  const link = useCore(state => state.link)
  const hosts = useCore(state => state.hosts)
  const isLoaded = useCore(state => state.isLoaded)
  const staleSince = useCore(state => state.staleSince)
  const { running, unknown } = useJobCounts()
  const connected = hosts.filter(host => host.state === 'connected').length
  return (
    <footer className="status-bar">
      {isLoaded && (
        <>
          <span className="row">
            <span className={`dot ${connected === hosts.length ? 'ok' : 'unknown'}`} />
            {connected} of {counted(hosts.length, 'host')}
          </span>
          <span>{running === 0 ? 'nothing runs' : `${counted(running, 'job')} running`}</span>
        </>
      )}
      {unknown > 0 && <span className="unknown-text">{counted(unknown, 'job')} unknown</span>}
      <span className="grow" />
      {link.kind === 'connected' ? (
        <span className="faint">
          {link.lagMs !== null && (
            <span style={{ color: 'var(--unknown)' }}>slow link: {(link.lagMs / 1000).toFixed(1)} s behind · </span>
          )}
          core {link.version} · up {ageText(now - link.coreStartedAt)}
        </span>
      ) : (
        <span className="unknown-text">
          no connection to the core{staleSince !== null && ` for ${ageText(now - staleSince)}`}
        </span>
      )}
    </footer>
  )
}
