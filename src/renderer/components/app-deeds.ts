/** What a person does with an app, from wherever in the window: asked of the core in one way. */
import type { AppView } from '../../shared/app.ts'
import type { JobView } from '../../shared/domain.ts'
import { visible } from '../../shared/visible.ts'
import { core } from '../core.ts'
import { navigate } from '../stores/route.ts'
import { showToast } from '../stores/toasts.ts'

type Launch = Pick<AppView, 'id' | 'name'> & { host?: string | null; action?: string | null }

/** On the best of its hosts, unless one is named. Says where, and leads there. */
export async function launchApp({ id, name, host = null, action = null }: Launch): Promise<void> {
  const { jobs } = await core.call('app.open', { app: id, host, action })
  const [job] = jobs
  if (!job) return
  const where = job.host === null ? '' : ` on ${visible(job.host)}`
  if (job.hasTerminal) return navigate({ view: 'job', id: job.id, tab: 'terminal' })
  const show = () => navigate({ view: 'job', id: job.id, tab: 'why' })
  showToast({ kind: 'done', text: `${visible(name)} starts${where}`, action: { label: 'Why there?', run: show } })
}

export async function setFavourite({ id }: Pick<AppView, 'id'>, isFavourite: boolean): Promise<void> {
  await core.call('app.favourite', { app: id, isFavourite })
}

export async function addToMenu({ id, name }: Pick<AppView, 'id' | 'name'>): Promise<void> {
  const { failed } = await core.call('menu.install', { apps: [id] })
  const [problem] = failed
  if (problem) showToast({ kind: 'problem', text: problem.message })
  else showToast({ kind: 'done', text: `${visible(name)} is in the menu of this desktop` })
}

/** Whether the job is this app, as far as its command says. */
export function isJobOf(
  { kind, state, command }: Pick<JobView, 'kind' | 'state' | 'command'>,
  programs: readonly string[],
): boolean {
  if (kind !== 'app' || state === 'ended') return false
  const words = 'argv' in command ? command.argv : command.line.split(/\s+/)
  const inFlatpak = words.find(word => word.startsWith('--command='))?.slice('--command='.length)
  const program = inFlatpak ?? words.find(word => !/^(?:(?:.*\/)?env$|[A-Za-z_][A-Za-z0-9_]*=)/.test(word))
  return programs.includes((program ?? '').split('/').at(-1)?.toLowerCase() ?? '')
}
