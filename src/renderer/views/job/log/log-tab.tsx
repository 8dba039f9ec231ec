/** The Log tab: the lines, and over them search, errors, copying and saving. */
import '../../../terminal/ansi.css'
import './log.css'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { isFinal, type JobView } from '../../../../shared/domain.ts'
import { bytesText } from '../../../../shared/format.ts'
import { Empty, Waiting } from '../../../components/empty.tsx'
import { Problem } from '../../../components/problem.tsx'
import { useCore } from '../../../stores/core-store.ts'
import { LogDropped } from './log-dropped.tsx'
import { LogFoot } from './log-foot.tsx'
import { LogLines } from './log-lines.tsx'
import { LogModel } from './log-model.ts'
import { LogTools } from './log-tools.tsx'
import { logOf } from './read-log.ts'

/** How often it is asked how much came, while one looks elsewhere than at the end. */
const LOOK_MS = 2_000

export function LogTab({ job }: { readonly job: JobView }) {
  const model = useLogModel(job)
  const state = useSyncExternalStore(model.subscribe, model.state)
  const [marked, setMarked] = useState<number | null>(null)
  const goTo = (byte: number) => {
    setMarked(byte)
    void model.goTo(byte)
  }
  if (job.startedAt === null && isFinal(job)) return <Empty title="It never ran, so it has no log" />
  const { error, isLoaded, window } = state
  return (
    <section className="log" aria-label="Log">
      <LogTools job={job} model={model} marked={marked} onGoTo={goTo} />
      {error && <Problem error={error} onAgain={() => model.again()} />}
      {!isLoaded && !error && <Waiting what="Reading the log" />}
      {isLoaded && window.lineCount === 0 && <Empty title={isFinal(job) ? 'It printed nothing' : 'Nothing printed yet'} />}
      <LogDropped state={state} />
      {isLoaded && window.lineCount > 0 && <LogLines state={state} model={model} marked={marked} />}
      {isLoaded && <LogFoot job={job} state={state} model={model} />}
      {isLoaded && (
        <p className="visually-hidden" role="status">
          {bytesText(state.sizeBytes)} of output
        </p>
      )}
    </section>
  )
}

function useLogModel(job: JobView): LogModel {
  const { id } = job
  const latest = useRef(job)
  latest.current = job
  const model = useMemo(
    () =>
      new LogModel({
        source: logOf(id),
        isFinal: () => isFinal(latest.current),
        nextFrame: callback => void requestAnimationFrame(callback),
      }),
    [id],
  )
  useEffect(() => {
    void model.follow()
    const timer = setInterval(() => void model.lookAtSize(), LOOK_MS)
    return () => {
      clearInterval(timer)
      model.close()
    }
  }, [model])
  useReconnect(model, job.host)
  return model
}

/** What broke with the link to the core, or with its own to the host, goes on when that is back. */
function useReconnect(model: LogModel, host: string | null): void {
  const isOpen = useCore(
    ({ link, hosts }) => link.kind === 'connected' && hosts.some(({ name, state }) => name === host && state === 'connected'),
  )
  useEffect(() => {
    const code = model.state().error?.code
    if (isOpen && (code === 'CORE_UNREACHABLE' || code === 'HOST_UNREACHABLE')) void model.again()
  }, [isOpen, model])
}
