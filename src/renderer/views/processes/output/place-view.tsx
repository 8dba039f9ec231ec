/** A place in the output of one run that is older than what is here: its log around there, from which one pages to both sides. */
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { Button } from '../../../components/button.tsx'
import { Waiting } from '../../../components/empty.tsx'
import { Problem } from '../../../components/problem.tsx'
import { routeHash } from '../../../stores/route.ts'
import { LogDropped } from '../../job/log/log-dropped.tsx'
import { LogLines } from '../../job/log/log-lines.tsx'
import { LogModel } from '../../job/log/log-model.ts'
import { logOf } from '../../job/log/read-log.ts'
import type { Place } from './output-buffer.ts'

export type OldPlace = Place & { process: string; run: number }

export function PlaceView({ place, onClose }: { readonly place: OldPlace; readonly onClose: () => void }) {
  const { jobId, byte, process, run } = place
  const model = useMemo(
    () =>
      new LogModel({
        source: logOf(jobId),
        isFinal: () => true,
        nextFrame: callback => void requestAnimationFrame(callback),
      }),
    [jobId],
  )
  const state = useSyncExternalStore(model.subscribe, model.state)
  useEffect(() => {
    void model.lookFrom(byte)
    return () => model.close()
  }, [model, byte])
  return (
    <>
      <p className="row place-head">
        <span>
          Earlier output of <strong className="mono">{process}</strong>, run {run}
        </span>
        <a className="link" href={routeHash({ view: 'job', id: jobId, tab: 'log' })}>
          Its whole log
        </a>
        <span className="grow" />
        <Button title="Esc" onPress={onClose}>
          Back to what comes
        </Button>
      </p>
      {state.error && <Problem error={state.error} onAgain={() => model.lookFrom(byte)} />}
      {!state.isLoaded && !state.error && <Waiting what="Reading the log" />}
      <LogDropped state={state} />
      {state.isLoaded && <LogLines state={state} model={model} marked={byte} />}
    </>
  )
}
