/** The first start: this machine works at once, and hosts that are known already are offered. Nothing else is asked. */
import './first-start.css'
import { useState } from 'react'
import { counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { Waiting } from '../components/empty.tsx'
import { Problem } from '../components/problem.tsx'
import { useAnswer } from '../components/use-answer.ts'
import { core } from '../core.ts'
import { HostTicks, importHosts, newHosts, tickKey } from '../dialogs/host-ticks.tsx'
import { useCore } from '../stores/core-store.ts'
import { openDialog } from '../stores/dialogs.ts'
import { navigate } from '../stores/route.ts'

const SAMPLE = 'uname -a; uptime; df -h .'
const DISMISSED = 'drover.first-start-done'

/** Nothing was ever run, no host was added, and the person did not say that he knows. */
export function useIsFirstStart(): boolean {
  const isNew = useCore(
    ({ isLoaded, isReadonly, jobs, projects, hosts }) =>
      isLoaded && !isReadonly && jobs.length + projects.length === 0 && !hosts.some(host => host.name !== 'local'),
  )
  return isNew && localStorage.getItem(DISMISSED) === null
}

export function FirstStart({ onDismiss }: { readonly onDismiss: () => void }) {
  const runSample = async () => {
    const { job } = await core.call('job.push', {
      command: { line: SAMPLE },
      folder: null,
      sync: false,
      host: 'local',
      terminal: null,
    })
    navigate({ view: 'job', id: job.id, tab: null })
  }
  const dismiss = () => {
    localStorage.setItem(DISMISSED, '1')
    onDismiss()
  }
  return (
    <section className="column first-start">
      <header>
        <h1>Welcome to Drover</h1>
        <span className="grow" />
        <Button kind="quiet" onPress={dismiss}>
          Go to the overview
        </Button>
      </header>
      <section className="card stack">
        <h2>This machine works already</h2>
        <p className="dim">It is the host “local”. A job there takes no SSH and no setting up:</p>
        <code className="command-box">{SAMPLE}</code>
        <div className="row">
          <Button kind="primary" onPress={runSample}>
            Run it on local
          </Button>
          <Button onPress={() => openDialog({ kind: 'push', folder: null })}>Push a folder…</Button>
        </div>
      </section>
      <KnownHosts />
    </section>
  )
}

function KnownHosts() {
  const { answer, again } = useAnswer('importable', () => core.call('host.importable', {}))
  const [unticked, setUnticked] = useState<ReadonlySet<string>>(new Set())
  const sources =
    answer.kind === 'here' ? answer.value.sources.filter(({ hosts, error }) => hosts.length > 0 || error !== null) : []
  const count = sources.flatMap(source => newHosts(source).filter(host => !unticked.has(tickKey(source, host.name)))).length
  const take = async () => {
    await importHosts(sources, unticked)
    navigate({ view: 'hosts' })
  }
  return (
    <section className="card stack">
      <h2>Your machines</h2>
      {answer.kind === 'waiting' && <Waiting what="Looking for your machines" height={60} />}
      {answer.kind === 'failed' && <Problem error={answer.error} onAgain={again} />}
      {answer.kind === 'here' && (
        <p className="dim">
          {sources.some(source => source.hosts.length > 0)
            ? 'These are known to your ssh. Each needs nothing but its sshd.'
            : 'Any machine that you reach by ssh can be a host. It needs nothing but its sshd.'}
        </p>
      )}
      {sources.map(source => (
        <div key={source.source} className="stack">
          {source.hosts.length > 0 && <span className="faint mono">{visible(source.path)}</span>}
          <HostTicks source={source} unticked={unticked} onChange={setUnticked} />
          {source.error !== null && <Problem error={{ message: source.error }} />}
        </div>
      ))}
      <div className="row">
        {sources.some(source => newHosts(source).length > 0) && (
          <Button kind="primary" disabled={count === 0} onPress={take}>
            Add {counted(count, 'host')}
          </Button>
        )}
        <Button onPress={() => openDialog({ kind: 'add-host' })}>Add a host…</Button>
      </div>
    </section>
  )
}
