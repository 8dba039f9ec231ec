/** Does what was chosen in the palette. */
import { core } from '../core.ts'
import { openDialog } from '../stores/dialogs.ts'
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
      return navigate({ view: deed.view })
    case 'dialog':
      return openDialog(deed.dialog === 'push' ? { kind: 'push', folder: null } : { kind: deed.dialog })
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
      return testHost(deed.name)
    case 'default-host':
      await core.call('host.default', { name: deed.name })
      return showToast({ kind: 'done', text: `Default host: ${deed.name}` })
    case 'stop-job':
      await core.call('job.stop', { job: deed.id })
      return
    case 'rerun-job': {
      const { job } = await core.call('job.rerun', { job: deed.id, terminal: null })
      return navigate({ view: 'job', id: job.id, tab: null })
    }
  }
}

async function testHost(name: string): Promise<void> {
  navigate({ view: 'host', name })
  const { steps } = await core.call('host.test', { name })
  const failed = steps.find(step => !step.ok)
  if (failed) showToast({ kind: 'problem', text: `${name}, ${failed.name}: ${failed.detail}` })
  else showToast({ kind: 'done', text: `${name} answers well` })
}
