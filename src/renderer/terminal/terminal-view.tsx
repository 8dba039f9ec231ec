/** The job's terminal in the page: its screen, and at its foot a line that says how it stands and what can be done. */
import '@xterm/xterm/css/xterm.css'
import './ansi.css'
import './terminal.css'
import { Accessibility, LogOut, Search } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { JobView } from '../../shared/domain.ts'
import { jobDurationText } from '../../shared/format.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import { Button } from '../components/button.tsx'
import { Question } from '../components/question.tsx'
import { JobTag } from '../components/state-tags.tsx'
import { routeHash } from '../stores/route.ts'
import { openAddress } from './links.ts'
import { sessionOf } from './sessions.ts'
import { TerminalSearch } from './terminal-search.tsx'
import type { TerminalSession, TerminalSnapshot } from './terminal-session.ts'

type TerminalViewProps = {
  readonly job: JobView
  /** Where the focus goes when the terminal is left by keyboard. */
  readonly onLeave: () => void
}

export function TerminalView({ job, onLeave }: TerminalViewProps) {
  // One a page: the page of another job is another one.
  const [session] = useState(() => sessionOf(job.id))
  const place = useRef<HTMLDivElement>(null)
  const snapshot = useSyncExternalStore(session.subscribe, session.snapshot)
  const [isSearching, setIsSearching] = useState(false)
  useEffect(() => {
    session.onSearch = () => setIsSearching(true)
    session.onLeave = onLeave
  }, [session, onLeave])
  useEffect(() => {
    const { current } = place
    return current === null ? undefined : session.show(current)
  }, [session])
  useFocus(session, snapshot)
  const endSearch = () => {
    setIsSearching(false)
    session.focus()
  }
  return (
    <section className="job-terminal" aria-label="Terminal">
      {isSearching && <TerminalSearch session={session} onClose={endSearch} />}
      <div className="terminal-place" ref={place} />
      <footer className="terminal-foot">
        <Standing job={job} session={session} snapshot={snapshot} />
        <span className="grow" />
        {snapshot.hoveredLink !== null && (
          <span className="cut mono">
            {visible(snapshot.hoveredLink)} <span className="dim">Ctrl + click opens it</span>
          </span>
        )}
        {snapshot.size && (
          <span className="faint number">
            {snapshot.size.columns} × {snapshot.size.rows}
          </span>
        )}
        <Button
          kind="quiet"
          title="Search (Ctrl+Shift+F)"
          aria-label="Search in the terminal"
          onPress={() => setIsSearching(true)}
        >
          <Search size={13} />
        </Button>
        <ScreenReaderToggle session={session} />
        <Button kind="quiet" title="Leave the terminal (Ctrl+Shift+Esc)" aria-label="Leave terminal" onPress={onLeave}>
          <LogOut size={13} />
        </Button>
      </footer>
      {snapshot.clickedLink !== null && <LinkQuestion address={snapshot.clickedLink} session={session} />}
    </section>
  )
}

/** Whoever opens a terminal means to type; whoever goes along the tabs by keyboard does not. */
function useFocus(session: TerminalSession, { size }: TerminalSnapshot): void {
  const isOpen = size !== null
  useEffect(() => {
    if (isOpen && !document.activeElement?.matches('[role=tab]:focus-visible')) session.focus()
  }, [session, isOpen])
}

function Standing({ job, session, snapshot }: { job: JobView; session: TerminalSession; snapshot: TerminalSnapshot }): ReactNode {
  const { state } = snapshot
  if (state.kind === 'lost') {
    return (
      <span className="unknown-text" role="status">
        {visible(state.message)}. Attaches again by itself.
      </span>
    )
  }
  // Word of the job's end may come a moment after its terminal's.
  if (state.kind === 'left' && job.state !== 'ended') {
    return (
      <span className="row" role="status">
        Detached; the job goes on. <Button onPress={() => session.attachAgain()}>Attach</Button>
      </span>
    )
  }
  if (job.state === 'ended') {
    return (
      <span className="row" role="status">
        <JobTag job={job} /> {job.startedAt !== null && job.endedAt !== null && `after ${jobDurationText(job, job.endedAt)}`}
        {state.kind === 'closed' && state.message !== null && <span className="dim">The terminal is closed.</span>}
        <a className="button" href={routeHash({ view: 'job', id: job.id, tab: 'log' })}>
          Log
        </a>
      </span>
    )
  }
  if (state.kind === 'closed') return <span role="status">{visibleLines(state.message ?? 'The terminal is closed')}</span>
  if (state.kind === 'attached') return <span className="faint">Attached. Leaving this page ends nothing.</span>
  return <span role="status">{job.startedAt === null ? 'Opens when the job has started…' : 'Attaching…'}</span>
}

function ScreenReaderToggle({ session }: { readonly session: TerminalSession }) {
  const [isOn, setIsOn] = useState(session.screen?.terminal.options.screenReaderMode ?? false)
  const toggle = () => {
    if (!session.screen) return
    session.screen.terminal.options.screenReaderMode = !isOn
    setIsOn(!isOn)
  }
  return (
    <Button
      kind="quiet"
      aria-pressed={isOn}
      aria-label="Screen reader mode"
      title="Screen reader mode: what is printed is read out"
      onPress={toggle}
    >
      <Accessibility size={13} />
    </Button>
  )
}

function LinkQuestion({ address, session }: { readonly address: string; readonly session: TerminalSession }) {
  return (
    <Question
      title="Open this address?"
      yes="Open"
      kind="primary"
      onYes={() => openAddress(address)}
      onClose={() => session.answerLink()}
    >
      <p>The job printed a link that leads to</p>
      <code className="command-box">{visible(address)}</code>
    </Question>
  )
}
