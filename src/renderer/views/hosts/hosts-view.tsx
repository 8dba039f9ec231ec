/** All hosts in a table, and beside it the one that is chosen. */
import './hosts.css'
import { Download, Plus } from 'lucide-react'
import { visible } from '../../../shared/visible.ts'
import { Button } from '../../components/button.tsx'
import { Empty, Waiting } from '../../components/empty.tsx'
import { useCore } from '../../stores/core-store.ts'
import { openDialog } from '../../stores/dialogs.ts'
import { useMayAct } from '../../stores/may-act.ts'
import { HostDetail } from './host-detail.tsx'
import { HostTable } from './host-table.tsx'

export function HostsView({ selected }: { readonly selected: string | null }) {
  const isLoaded = useCore(state => state.isLoaded)
  const mayAct = useMayAct()
  return (
    <>
      <header>
        <h1>Hosts</h1>
        <span className="grow" />
        {mayAct && (
          <>
            <Button onPress={() => openDialog({ kind: 'import-hosts' })}>
              <Download size={14} aria-hidden /> Import…
            </Button>
            <Button onPress={() => openDialog({ kind: 'add-host' })}>
              <Plus size={14} aria-hidden /> Add host…
            </Button>
          </>
        )}
      </header>
      {isLoaded ? <HostTable selected={selected} /> : <Waiting what="Loading hosts" />}
      {isLoaded && selected !== null && <Selected key={selected} name={selected} />}
    </>
  )
}

function Selected({ name }: { readonly name: string }) {
  const host = useCore(state => state.hosts.find(one => one.name === name))
  const mayAct = useMayAct()
  if (host) return <HostDetail host={host} />
  return (
    <Empty title={`There is no host ${visible(name)}`}>
      <span>It may have been removed.</span>
      {mayAct && <Button onPress={() => openDialog({ kind: 'add-host' })}>Add a host…</Button>}
    </Empty>
  )
}
