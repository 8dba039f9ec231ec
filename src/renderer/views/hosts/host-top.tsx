/** What keeps a host busy at this moment: asked of it when a person wants to know. */
import { useState } from 'react'
import type { HostTop as Top } from '../../../shared/contract.ts'
import { Ago } from '../../components/ago.tsx'
import { Button } from '../../components/button.tsx'
import { TopProcesses } from '../../components/top-processes.tsx'
import { core } from '../../core.ts'

export function HostTop({ name }: { readonly name: string }) {
  const [top, setTop] = useState<Top | null>(null)
  const ask = async () => setTop(await core.call('host.top', { name }))
  return (
    <section className="host-top" aria-label="Processes">
      <header className="row">
        <h3>What keeps it busy</h3>
        {top && (
          <span className="dim">
            <Ago at={top.at} />
          </span>
        )}
        <span className="grow" />
        <Button onPress={ask}>{top === null ? 'Look' : 'Look again'}</Button>
      </header>
      {top && (
        <div className="host-tops" role="status">
          <TopProcesses processes={top.byCpu} />
          <TopProcesses processes={top.byMemory} />
        </div>
      )}
    </section>
  )
}
