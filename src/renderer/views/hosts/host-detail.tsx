/** One host: how it is, what it needs from a person, and what can be done with it. */
import { useState } from 'react'
import type { Output } from '../../../shared/contract.ts'
import type { HostView } from '../../../shared/domain.ts'
import { bytesText, percentText } from '../../../shared/format.ts'
import { SOUND_GIVES, soundText } from '../../../shared/sound-words.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { HostTag } from '../../components/state-tags.tsx'
import { core } from '../../core.ts'
import { openDialog } from '../../stores/dialogs.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { showToast } from '../../stores/toasts.ts'
import { HostDisk } from './host-disk.tsx'
import { HostProblem } from './host-problem.tsx'
import { toolsText } from './host-table.tsx'
import { HostTop } from './host-top.tsx'
import { TestSteps } from './test-steps.tsx'

type Steps = Output<'host.test'>['steps']

export function HostDetail({ host }: { readonly host: HostView }) {
  const { name, isDefault, isDrained } = host
  const mayAct = useMayAct()
  const [test, setTest] = useState<Steps | 'under way' | null>(null)
  const runTest = async () => {
    setTest('under way')
    try {
      setTest((await core.call('host.test', { name })).steps)
    } catch (error) {
      setTest(null)
      throw error
    }
  }
  const setDefault = async () => {
    await core.call('host.default', { name: isDefault ? 'auto' : name })
    showToast({
      kind: 'done',
      text: isDefault ? 'Pushes go to the best host again' : `Pushes go to ${visible(name)} from now on`,
    })
  }
  const setDrained = async () => {
    await core.call('host.drain', { name, isDrained: !isDrained })
    showToast({ kind: 'done', text: `${visible(name)} takes ${isDrained ? 'jobs again' : 'no new jobs by itself'}` })
  }
  const setSound = async () => {
    const playsSound = !host.playsSound
    await core.call('host.sound', { name, playsSound })
    showToast({ kind: 'done', text: soundText({ name, playsSound }) })
  }
  return (
    <section className="card host-detail" aria-label={`Host ${visible(name)}`}>
      <header className="row">
        <h2>{visible(name)}</h2>
        <HostTag host={host} />
        {mayAct && (
          <div className="row host-deeds">
            <Button onPress={runTest}>Test</Button>
            <Button onPress={setDefault}>{isDefault ? 'Let auto choose' : 'Make default'}</Button>
            <Button onPress={setDrained}>{isDrained ? 'Let it take jobs' : 'Drain'}</Button>
            {name !== 'local' && (
              <Button onPress={setSound}>{host.playsSound ? 'Switch its sound off' : 'Let it be heard'}</Button>
            )}
            {name !== 'local' && (
              <Button kind="danger" onPress={() => openDialog({ kind: 'remove-host', host: name })}>
                Remove…
              </Button>
            )}
          </div>
        )}
      </header>
      <HostProblem host={host} onTest={runTest} />
      <Facts host={host} />
      {test !== null && <TestSteps steps={test === 'under way' ? null : test} onClose={() => setTest(null)} />}
      {host.state === 'connected' && <HostTop name={name} />}
      {mayAct && host.state === 'connected' && <HostDisk name={name} />}
    </section>
  )
}

function Facts({ host }: { readonly host: HostView }) {
  const { sample, tools, transportReason, importedFrom } = host
  const memory =
    sample && `${bytesText(sample.memoryTotalBytes - sample.memoryAvailableBytes)} of ${bytesText(sample.memoryTotalBytes)}`
  const missing = tools === null ? [] : (['tmux', 'rsync'] as const).filter(tool => tools[tool] === null)
  return (
    <dl className="figures facts number">
      <Fact name="Connection">
        <span className="mono">{visible(host.connection)}</span>
      </Fact>
      <Fact name="Reached by">
        {host.transport ?? '—'}
        {transportReason !== null && <span className="dim"> · {visible(transportReason)}</span>}
      </Fact>
      <Fact name="CPU">
        {sample ? `${percentText(sample.cpuRatio)} of ${host.cpus ?? '?'}, load ${sample.load1.toFixed(1)}` : '—'}
      </Fact>
      <Fact name="Memory">{memory ?? '—'}</Fact>
      <Fact name="I/O wait">{sample ? percentText(sample.ioWaitRatio) : '—'}</Fact>
      <Fact name="Tools">
        {toolsText(host)}
        {missing.length > 0 && (
          <span className="dim">
            {' '}
            · without {missing.join(', ')}; there: <code>apt install {missing.join(' ')}</code>
          </span>
        )}
      </Fact>
      {host.tags.length > 0 && <Fact name="Tags">{visible(host.tags.join(', '))}</Fact>}
      {host.isDrained && <Fact name="New jobs">none by itself: it is drained</Fact>}
      {host.name !== 'local' && (
        <Fact name="Sound">
          {host.playsSound ? 'on' : 'off'}
          <span className="dim">
            {' '}
            · {host.playsSound ? '' : 'switched on, '}
            {SOUND_GIVES}
          </span>
        </Fact>
      )}
      {importedFrom !== null && <Fact name="Imported from">{visible(importedFrom)}</Fact>}
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
