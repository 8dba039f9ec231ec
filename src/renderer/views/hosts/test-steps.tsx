/** What a test of a host found, step by step with its times. */
import { Check, X } from 'lucide-react'
import type { Output } from '../../../shared/contract.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Waiting } from '../../components/empty.tsx'

type TestStepsProps = { readonly steps: Output<'host.test'>['steps'] | null; readonly onClose: () => void }

/** `steps`: null while they are made. */
export function TestSteps({ steps, onClose }: TestStepsProps) {
  if (steps === null) {
    return <Waiting what="Testing" height={80} />
  }
  return (
    <section className="test-steps" aria-label="Test">
      <ol className="plain-list" role="status">
        {steps.map(({ name, ok, detail, tookMs }) => (
          <li key={name} className="row">
            {ok ? (
              <Check size={14} className="ok-text" aria-label="well" />
            ) : (
              <X size={14} className="bad-text" aria-label="failed" />
            )}
            <span className="step-name">{visible(name)}</span>
            <span className="dim grow">{visible(detail)}</span>
            {tookMs > 0 && <span className="faint number">{tookMs} ms</span>}
          </li>
        ))}
      </ol>
      <Button kind="quiet" onPress={onClose}>
        Close
      </Button>
    </section>
  )
}
