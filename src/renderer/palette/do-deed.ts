/** Does what was chosen in the palette. */
import { launchApp } from '../components/app-deeds.ts'
import { testHost } from '../components/host-action.tsx'
import { runAgain, stopJob } from '../components/job-deeds.ts'
import { actOnProcesses } from '../components/process-deeds.ts'
import { core } from '../core.ts'
import { type OpenDialog, openDialog } from '../stores/dialogs.ts'
import { navigate } from '../stores/route.ts'
import { showError, showToast } from '../stores/toasts.ts'
import { setTheme } from '../theme/appearance.ts'
import type { PaletteDeed } from './entries.ts'

export function doDeed(deed: PaletteDeed): void {
  run(deed).catch(showError)
}

async function run(deed: PaletteDeed): Promise<void> {
  switch (deed.kind) {
    case 'view':
      return navigate(deed.view === 'processes' ? { view: 'processes', project: null, process: null } : { view: deed.view })
    case 'process':
      return navigate({ view: 'processes', project: deed.project, process: deed.label })
    case 'act-on-process':
      return actOnProcesses(deed.deed, deed.project, [deed.label])
    case 'dialog':
      return openDialog(dialogOf(deed.dialog))
    case 'launch-app':
      return launchApp(deed)
    case 'theme':
      return setTheme(deed.theme)
    case 'host':
      return navigate({ view: 'host', name: deed.name })
    case 'job':
      return navigate({ view: 'job', id: deed.id, tab: null })
    case 'sign-out':
      await core.call('web.signOut', {})
      return
    case 'test-host':
      return goAndTest(deed.name)
    case 'default-host':
      await core.call('host.default', { name: deed.name })
      return showToast({ kind: 'done', text: `Default host: ${deed.name}` })
    case 'stop-job':
      return stopJob(deed)
    case 'rerun-job':
      return runAgain(deed)
  }
}

function dialogOf(dialog: Extract<PaletteDeed, { kind: 'dialog' }>['dialog']): OpenDialog {
  if (dialog === 'push') return { kind: 'push', folder: null }
  return dialog === 'rule' ? { kind: 'rule', rule: null } : { kind: dialog }
}

async function goAndTest(name: string): Promise<void> {
  navigate({ view: 'host', name })
  if (await testHost(name)) showToast({ kind: 'done', text: `${name} answers well` })
}
