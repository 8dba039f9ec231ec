/** Where it goes: the best host now, with the reason, or a named one. Until it is chosen, the default host, as for every push. */
import { useMemo } from 'react'
import type { HostView } from '../../../shared/domain.ts'
import { percentText } from '../../../shared/format.ts'
import { visible } from '../../../shared/visible.ts'
import { Field } from '../../components/field.tsx'
import { hostText } from '../../components/state-tags.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { useSettled } from '../../components/use-settled.ts'
import { core } from '../../core.ts'
import { useCore } from '../../stores/core-store.ts'

type HostFieldProps = {
  /** `auto` or a host's name; empty for the default. */
  readonly value: string
  readonly command: string
  readonly folder: string | null
  /** Of what is to be sent; null for nothing, or while it is not known. */
  readonly totalBytes: number | null
  readonly problem: string | null
  readonly onChange: (host: string) => void
}

export function HostField({ value: chosenName, command, folder, totalBytes, problem, onChange }: HostFieldProps) {
  const hosts = useCore(state => state.hosts)
  const value = chosenName || (hosts.find(host => host.isDefault)?.name ?? 'auto')
  const line = useSettled(command.trim()) || 'true'
  const key = useMemo(() => JSON.stringify([line, folder, totalBytes]), [line, folder, totalBytes])
  const { answer } = useAnswer(value === 'auto' ? key : null, () =>
    core.call('job.place', { command: { line }, folder, totalBytes }),
  )
  const chosen = hosts.find(host => host.name === value)
  const placement = answer.kind === 'here' ? answer.value.placement : null
  const hint =
    value !== 'auto' ? chosen && stateText(chosen) : placement ? visible(placement.reason) : answer.kind === 'waiting' ? '…' : ''
  const refusal = value === 'auto' && answer.kind === 'failed' ? answer.error.message : null
  return (
    <Field label="Host" hint={hint} problem={problem ?? refusal}>
      {parts => (
        <select {...parts} className="input" value={value} onChange={event => onChange(event.target.value)}>
          <option value="auto">{placement ? `Auto: ${visible(placement.host)}` : 'Auto: the best host at that moment'}</option>
          {hosts.map(host => (
            <option key={host.name} value={host.name}>
              {visible(host.name)}
              {host.state === 'connected' ? '' : ` (${host.state})`}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

function stateText(host: HostView): string {
  if (host.sample === null) return hostText(host)
  return `${hostText(host)} · CPU ${percentText(host.sample.cpuRatio)}`
}
