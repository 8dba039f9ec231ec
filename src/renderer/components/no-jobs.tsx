/** Where jobs would be, and none is yet. */
import { openDialog } from '../stores/dialogs.ts'
import { useMayAct } from '../stores/may-act.ts'
import { Button } from './button.tsx'
import { Empty } from './empty.tsx'

export function NoJobs() {
  if (!useMayAct()) return <Empty title="No job yet" />
  return (
    <Empty title="No job yet">
      <span>
        Push a folder with a command: it runs on the host that suits it best, and you watch it from here. On a terminal:{' '}
        <code>drover push -- make</code>
      </span>
      <Button kind="primary" onPress={() => openDialog({ kind: 'push', folder: null })}>
        Push folder
      </Button>
    </Empty>
  )
}
