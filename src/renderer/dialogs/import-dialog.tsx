/** Taking hosts over from other tools' files: each file with its hosts, a tick each. */
import { useState } from 'react'
import type { Importable } from '../../shared/contract.ts'
import { toErrorBody } from '../../shared/errors.ts'
import { counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import { Ago } from '../components/ago.tsx'
import { Button } from '../components/button.tsx'
import { Cut } from '../components/cut.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Waiting } from '../components/empty.tsx'
import { Problem } from '../components/problem.tsx'
import { useAnswer } from '../components/use-answer.ts'
import { core } from '../core.ts'
import { showToast } from '../stores/toasts.ts'
import { HostTicks, importHosts, newHosts, newPins, tickKey } from './host-ticks.tsx'

export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const { answer, again } = useAnswer('importable', () => core.call('host.importable', {}))
  const [unticked, setUnticked] = useState<ReadonlySet<string>>(new Set())
  const [problem, setProblem] = useState<string | null>(null)
  const sources = answer.kind === 'here' ? answer.value.sources : []
  const ticked = sources.flatMap(source => newHosts(source).filter(host => !unticked.has(tickKey(source, host.name))))
  const pins = sources.flatMap(source => newPins(source, unticked))
  const take = async () => {
    setProblem(null)
    try {
      const { added, pinned, skipped } = await importHosts(sources, unticked)
      if (added.length + pinned.length > 0)
        showToast({ kind: 'done', text: `${takenText(added.length, pinned.length)} taken over` })
      if (skipped.length === 0) return onClose()
      setProblem(skipped.map(({ name, why }) => `${name}: ${why}`).join('\n'))
    } catch (error) {
      setProblem(toErrorBody(error).message)
    }
    again()
  }
  return (
    <Dialog title="Take hosts over" onClose={onClose}>
      {answer.kind === 'waiting' && <Waiting what="Looking for hosts" height={80} />}
      {answer.kind === 'failed' && <Problem error={answer.error} onAgain={again} />}
      {answer.kind === 'here' && sources.length === 0 && (
        <p>There is no ~/.ssh/config, ~/.beowulf/hosts or ~/.config/p/config.yaml on the core’s machine to take hosts from.</p>
      )}
      <div className="sources">
        {sources.map(source => (
          <Source key={source.source} source={source} unticked={unticked} onChange={setUnticked} />
        ))}
      </div>
      {problem !== null && <Problem error={{ message: problem }} />}
      <footer>
        <Button onPress={onClose}>Close</Button>
        <Button kind="primary" disabled={ticked.length + pins.length === 0} onPress={take}>
          Take over {takenText(ticked.length, pins.length)}
        </Button>
      </footer>
    </Dialog>
  )
}

function takenText(hosts: number, pins: number): string {
  if (pins === 0) return counted(hosts, 'host')
  return hosts === 0 ? counted(pins, 'pin') : `${counted(hosts, 'host')} and ${counted(pins, 'pin')}`
}

type SourceProps = {
  readonly source: Importable
  readonly unticked: ReadonlySet<string>
  readonly onChange: (unticked: ReadonlySet<string>) => void
}

function Source({ source, unticked, onChange }: SourceProps) {
  const { path, hosts, pins, skipped, error, importedAt } = source
  return (
    <section className="stack source">
      <h3>
        <Cut className="mono" text={path} />
      </h3>
      {importedAt !== null && (
        <span className="faint">
          last taken from <Ago at={importedAt} />
        </span>
      )}
      {error !== null && <Problem error={{ message: error }} />}
      {error === null && hosts.length === 0 && <span className="dim">It names no host.</span>}
      <HostTicks source={source} unticked={unticked} onChange={onChange} />
      {pins.map(({ app, host, isKnown }) => (
        <span key={app} className={isKnown ? 'faint' : 'dim'}>
          {visible(app)}: always on {visible(host)}
          {isKnown && '; it has a pin here already'}
        </span>
      ))}
      {skipped.map(({ name, why }) => (
        <span key={`${name} ${why}`} className="faint">
          {visible(name)}: {visible(why)}
        </span>
      ))}
    </section>
  )
}
