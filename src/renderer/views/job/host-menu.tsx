/** The menu beside "Run again": on which host. */
import { ChevronDown } from 'lucide-react'
import { type FocusEvent, useEffect, useRef, useState } from 'react'
import type { JobView } from '../../../shared/domain.ts'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { runAgain } from '../../components/job-deeds.ts'
import { moveFocus } from '../../components/menu-keys.ts'
import { HostDot } from '../../components/state-tags.tsx'
import { useCore } from '../../stores/core-store.ts'
import { showError } from '../../stores/toasts.ts'

export function HostMenu({ job }: { readonly job: JobView }) {
  const hosts = useCore(state => state.hosts)
  const [isOpen, setIsOpen] = useState(false)
  const place = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (isOpen) place.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus()
  }, [isOpen])
  const close = () => {
    setIsOpen(false)
    place.current?.querySelector<HTMLElement>('[aria-haspopup]')?.focus()
  }
  const choose = (host: string | null) => {
    close()
    runAgain(job, host).catch(showError)
  }
  const left = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setIsOpen(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches where the focus of its own parts goes.
    <span className="menu-place" ref={place} onBlur={left} onKeyDown={event => isOpen && moveFocus(event, close)}>
      <Button aria-haspopup="menu" aria-expanded={isOpen} aria-label="Run again on…" onPress={() => setIsOpen(!isOpen)}>
        <ChevronDown size={13} />
      </Button>
      {isOpen && (
        <div className="menu" role="menu" aria-label="Run again on">
          {job.host !== null && <Item text={`Same host (${visible(job.host)})`} onChoose={() => choose(null)} />}
          <Item text="The least busy host (auto)" onChoose={() => choose('auto')} />
          {hosts.map(host => (
            <button key={host.name} type="button" role="menuitem" onClick={() => choose(host.name)}>
              <HostDot host={host} /> {visible(host.name)}
            </button>
          ))}
        </div>
      )}
    </span>
  )
}

function Item({ text, onChoose }: { readonly text: string; readonly onChoose: () => void }) {
  return (
    <button type="button" role="menuitem" onClick={onChoose}>
      {text}
    </button>
  )
}
