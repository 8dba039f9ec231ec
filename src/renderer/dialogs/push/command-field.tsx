/** The command: typed, recalled by ↑ from what was run in this folder, or taken from what its tools' files offer. */
import { type KeyboardEvent, type RefObject, useMemo, useState } from 'react'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Field } from '../../components/field.tsx'
import { useAnswer } from '../../components/use-answer.ts'
import { core } from '../../core.ts'
import { useCore } from '../../stores/core-store.ts'
import { commandHistory } from './push-form.ts'

type CommandFieldProps = {
  readonly input: RefObject<HTMLInputElement | null>
  readonly value: string
  readonly folder: string | null
  /** False while it is on its way to the core. */
  readonly isHere: boolean
  readonly problem: string | null
  readonly onChange: (text: string) => void
}

export function CommandField({ input, value, folder, isHere, problem, onChange }: CommandFieldProps) {
  const jobs = useCore(state => state.jobs)
  const history = useMemo(() => commandHistory(jobs, folder), [jobs, folder])
  /** -1: what was typed, which comes back below the newest. */
  const [recalled, setRecalled] = useState({ index: -1, typed: '' })
  const { answer } = useAnswer(isHere ? folder : null, () => core.call('folder.commands', { folder: folder ?? '/' }))
  const found = answer.kind === 'here' ? answer.value.commands : []
  const recall = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    const index = Math.min(recalled.index + step, history.length - 1)
    if (step === 0 || index < -1) return
    event.preventDefault()
    const typed = recalled.index === -1 ? value : recalled.typed
    setRecalled({ index, typed })
    onChange(history[index] ?? typed)
  }
  const take = (command: string) => {
    setRecalled({ index: -1, typed: '' })
    onChange(command)
    input.current?.focus()
  }
  return (
    <>
      <Field label="Command" problem={problem}>
        {parts => (
          <div className="with-end">
            <input
              {...parts}
              ref={input}
              className="input mono"
              value={value}
              placeholder="make -j"
              spellCheck={false}
              onKeyDown={recall}
              onChange={event => {
                setRecalled({ index: -1, typed: '' })
                onChange(event.target.value)
              }}
            />
            {history.length > 0 && <kbd>↑ history</kbd>}
          </div>
        )}
      </Field>
      {found.length > 0 && (
        <fieldset className="found" aria-label="Found in this folder">
          {found.map(({ command, source }) => (
            <Button key={`${source} ${command}`} className="tag none" title={`from ${source}`} onPress={() => take(command)}>
              {visible(command)}
            </Button>
          ))}
          <span className="faint">found in this folder</span>
        </fieldset>
      )}
    </>
  )
}
