/** One process: whether its output is shown, how it stands and why, what it takes, and what can be done with it. */
import { Play, RotateCcw, Square } from 'lucide-react'
import { memo } from 'react'
import { ageText, bytesText, counted, percentText } from '../../../shared/format.ts'
import type { ProcessView } from '../../../shared/process.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { actOnProcess } from '../../components/process-deeds.ts'
import { isAtRest, isUp, processTone, processWord } from '../../components/process-state.ts'
import { useNow } from '../../stores/clock.ts'
import { useCore } from '../../stores/core-store.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { navigate } from '../../stores/route.ts'
import { labelStyle } from './label-colour.ts'
import { toggleOutput } from './processes-state.ts'

/** How busy it was longer ago says nothing of now. */
const LOAD_HOLDS_MS = 30_000

type ProcessRowProps = {
  readonly process: ProcessView
  readonly isAlone: boolean
  readonly isShown: boolean
  readonly alone: string | null
  readonly isStop: boolean
  readonly onReach: (id: string) => void
}

export const ProcessRow = memo(function ProcessRow({ process, isAlone, isShown, alone, isStop, onReach }: ProcessRowProps) {
  const mayAct = useMayAct()
  const { id, projectId, label, state, isRestartDue, command } = process
  const tabIndex = isStop ? 0 : -1
  const show = () => navigate({ view: 'processes', project: projectId, process: isAlone ? null : label })
  const deed = (name: 'start' | 'restart' | 'stop') => () => actOnProcess(name, process)
  const names = { start: 'Start', restart: 'Restart', stop: 'Stop' } as const
  const keys = { start: 's', restart: 'r', stop: 'x' } as const
  const icons = { start: <Play size={12} />, restart: <RotateCcw size={12} />, stop: <Square size={11} /> }
  const deeds = [
    state === 'stopped' || state === 'done' ? 'start' : 'restart',
    (!isAtRest(process) || isRestartDue) && state !== 'stopping' && 'stop',
  ] as const
  return (
    <li className={isAlone ? 'process-row alone' : 'process-row'} onFocus={() => onReach(id)}>
      {mayAct && (
        <input
          type="checkbox"
          aria-label={`Output of ${label}`}
          title="Its output, among that of others (Space)"
          checked={isShown}
          tabIndex={tabIndex}
          onChange={() => toggleOutput(process, alone)}
        />
      )}
      <button
        type="button"
        className="process-pick"
        data-id={id}
        aria-pressed={isAlone}
        tabIndex={tabIndex}
        title={`${visible(command.slice(0, 500))}${mayAct ? '\nClick, or Enter: only this one. s starts, x stops, r restarts it' : ''}`}
        onClick={show}
      >
        <span className="process-head">
          <span className={`dot ${processTone(process)}`} />
          <span className="process-label mono cut" style={labelStyle(process)}>
            {label}
          </span>
          <span className={`process-word ${processTone(process)}-text`}>{processWord(process)}</span>
        </span>
        <Facts process={process} />
        <Why process={process} />
      </button>
      {mayAct && (
        <span className="process-deeds">
          {deeds.map(
            name =>
              name && (
                <Button
                  key={name}
                  kind="quiet"
                  aria-label={`${names[name]} ${label}`}
                  title={`${names[name]} (${keys[name]})`}
                  tabIndex={tabIndex}
                  onPress={deed(name)}
                >
                  {icons[name]}
                </Button>
              ),
          )}
        </span>
      )}
    </li>
  )
})

/** Where, since when, at which port, and what it takes: what is not known is not said. */
function Facts({ process }: { readonly process: ProcessView }) {
  const { host, wantedHost, port } = process
  return (
    <span className="process-facts dim number">
      {visible(host ?? wantedHost)}
      {port !== null && ` · :${port}`}
      {isUp(process) && <Takes process={process} />}
    </span>
  )
}

function Takes({ process: { id, startedAt, memoryBytes } }: { readonly process: ProcessView }) {
  const load = useCore(state => state.loads.get(id))
  const now = useNow()
  const isFresh = load !== undefined && now - load.at < LOAD_HOLDS_MS
  return [
    startedAt !== null && ageText(now - startedAt),
    isFresh && load.ratio !== null && `CPU ${percentText(load.ratio)}`,
    memoryBytes !== null && bytesText(memoryBytes),
  ]
    .filter(fact => fact !== false)
    .map(fact => ` · ${fact}`)
    .join('')
}

function Age({ since }: { readonly since: number }) {
  return ageText(useNow() - since)
}

function Why({ process }: { readonly process: ProcessView }) {
  const { reason, retryAt, failures, isFlapping, isLeaving, unknownSince, lastState } = process
  if (reason === null && retryAt === null && unknownSince === null && !isFlapping && !isLeaving) return null
  return (
    <span className="process-why">
      {isFlapping && <span className="tag warn">flapping</span>}
      {isLeaving && (
        <span className="tag none" title="Its files ask for it no more: it goes when it has ended">
          leaving
        </span>
      )}
      {unknownSince !== null && (
        <span className="unknown-text number">
          for <Age since={unknownSince} />, was {lastState}
          {reason !== null && ' · '}
        </span>
      )}
      {reason !== null && visible(reason)}
      {retryAt !== null && (
        <span className="dim number">
          {reason !== null && ' · '}
          <Countdown to={retryAt} />
          {failures > 1 && `, failed ${counted(failures, 'time')}`}
        </span>
      )}
    </span>
  )
}

function Countdown({ to }: { readonly to: number }) {
  const leftMs = to - useNow()
  return leftMs > 0 ? `starts again in ${ageText(leftMs + 999)}` : 'starts again…'
}
