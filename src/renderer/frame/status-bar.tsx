/** The window's last line: hosts, what runs, the health of the core. */
import { ageText, counted } from '../../shared/format.ts'
import { useNow } from '../stores/clock.ts'
import { useCore } from '../stores/core-store.ts'

export function StatusBar() {
  const now = useNow()
  const { link, hosts, jobs, staleSince } = useCore()
  const connected = hosts.filter(host => host.state === 'connected').length
  const running = jobs.filter(job => job.state !== 'ended' && job.unknownSince === null).length
  const unknown = jobs.filter(job => job.state !== 'ended' && job.unknownSince !== null).length
  return (
    <footer className="status-bar">
      <span className="row" style={{ gap: 6 }}>
        <span className={`dot ${connected === hosts.length ? 'ok' : 'unknown'}`} />
        {connected} of {counted(hosts.length, 'host')}
      </span>
      <span>{running === 0 ? 'nothing runs' : `${counted(running, 'job')} running`}</span>
      {unknown > 0 && <span style={{ color: 'var(--unknown)' }}>{counted(unknown, 'job')} unknown</span>}
      <span className="grow" />
      {link.kind === 'connected' ? (
        <span className="faint">
          {link.lagMs !== null && (
            <span style={{ color: 'var(--unknown)' }}>slow link: {(link.lagMs / 1000).toFixed(1)} s behind · </span>
          )}
          core {link.version} · up {ageText(now - link.coreStartedAt)}
        </span>
      ) : (
        <span style={{ color: 'var(--unknown)' }}>
          no connection to the core{staleSince !== null && ` for ${ageText(now - staleSince)}`}
        </span>
      )}
    </footer>
  )
}
