/** The push itself, for the dialogs that lead to it: from the draft to the job's page, or to the field that keeps it from being one. */
import { useState } from 'react'
import { toErrorBody } from '../../../shared/errors.ts'
import { core } from '../../core.ts'
import { navigate } from '../../stores/route.ts'
import { changeDraft, clearDraft, type PushForm, type PushProblem, problemOf, pushInput } from './push-form.ts'

type UsePushOptions = {
  readonly form: PushForm
  /** On the core's machine; null for none. */
  readonly folder: string | null
  readonly onPushed: () => void
}
export type PushUnderway = {
  readonly problem: PushProblem | null
  readonly isBusy: boolean
  /** To the draft; what was wrong with it may be right now. */
  change(part: Partial<PushForm>): void
  /** False if something is missing, which is said then. */
  check(): boolean
  push(): Promise<void>
}

export function usePush({ form, folder, onPushed }: UsePushOptions): PushUnderway {
  const [problem, setProblem] = useState<PushProblem | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const [jobId] = useState(newJobId)
  const made = () => {
    const input = pushInput(form, { folder, jobId })
    setProblem('problem' in input ? input.problem : null)
    return 'problem' in input ? null : input.input
  }
  const push = async () => {
    const input = isBusy ? null : made()
    if (input === null) return
    setIsBusy(true)
    try {
      const { job } = await core.call('job.push', input)
      clearDraft()
      onPushed()
      navigate({ view: 'job', id: job.id, tab: null })
    } catch (error) {
      setProblem(problemOf(toErrorBody(error), folder))
      setIsBusy(false)
    }
  }
  const change = (part: Partial<PushForm>) => {
    setProblem(null)
    changeDraft(part)
  }
  return { problem, isBusy, change, check: () => made() !== null, push }
}

/** One a dialog: pressed again after a lost answer, it is the same job. Undefined where the page is served without TLS to another machine. */
function newJobId(): string | undefined {
  return isSecureContext ? crypto.randomUUID() : undefined
}
