/** What clients may ask of hosts: each method of the contract that begins with `host.`, but for importing. */
import type { Methods, TrustOffer } from '../../shared/contract.ts'
import type { HostView } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { addHost, removeHost, setDefaultHost } from '../config/config-edits.ts'
import type { ConfigFile } from '../config/config-file.ts'
import { leadsToThisMachine } from '../config/this-machine.ts'
import type { HostLink } from '../hosts/host-link.ts'
import type { Hosts } from '../hosts/hosts.ts'
import type { KeyVault } from '../hosts/key-vault.ts'
import type { SampleRing } from '../hosts/sample-ring.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Store } from '../store/store.ts'
import { within } from '../within.ts'
import type { PlacementMethod } from './placement-methods.ts'

export type HostMethodsOptions = {
  hosts: Hosts
  jobs: Jobs
  config: ConfigFile
  store: Pick<Store, 'hosts' | 'folders'>
  vault: KeyVault
  samples: Pick<SampleRing, 'series'>
  view(link: HostLink): HostView
  /** Where a job that says nothing of itself would go. @throws {AppError} `NO_HOST` */
  placeAny(): Promise<{ host: string }>
  trust(link: HostLink, fingerprint: string | null): Promise<TrustOffer>
  /** Where a connection leads, as ssh understands it. */
  resolve(connection: string): Promise<{ hostname: string; port: number }>
}
type HostMethod = Exclude<
  Extract<keyof Methods, `host.${string}`>,
  'host.import' | 'host.importable' | 'host.top' | 'host.sound' | PlacementMethod
>

/** How long a new or checked host is waited for, before it is shown as it then is. */
const FIRST_ATTEMPT_MS = 15_000

export function hostMethods(options: HostMethodsOptions): Pick<Methods, HostMethod> {
  const { hosts, jobs, config, store, vault, view } = options
  return {
    'host.list': async ({ check }) => {
      if (check) await Promise.all(hosts.all().map(attempt))
      return { hosts: hosts.all().map(view) }
    },
    'host.samples': async () => ({ hosts: options.samples.series() }),
    'host.next': async () => ({ host: await options.placeAny().then(({ host }) => host, noneFits) }),
    'host.add': async ({ connection, name: wanted }) => {
      await refuseThisMachine(connection, options.resolve)
      const name = wanted ?? nameFor(connection)
      await config.edit(document => addHost(document, { name, connection }))
      const link = hosts.get(name)
      await attempt(link)
      return { host: view(link) }
    },
    'host.remove': async ({ name }) => {
      if (name === 'local') throw new AppError('CONFLICT', 'local is this machine: it is always there')
      hosts.get(name)
      const running = jobs.countOn(name)
      if (running > 0) {
        throw new AppError(
          'CONFLICT',
          `${name} has ${running} job${running === 1 ? '' : 's'} that did not end. List them with: drover ls --host ${name}`,
        )
      }
      await config.edit(document => removeHost(document, name))
      store.hosts.remove(name)
      store.folders.removeHost(name)
      return null
    },
    'host.default': async ({ name }) => {
      await config.edit(document => setDefaultHost(document, name))
      return null
    },
    'host.trust': async ({ name, fingerprint }) => {
      if (name === 'local') throw new AppError('CONFLICT', 'local is this machine: no connection is made to it, so it has no key')
      const link = hosts.get(name)
      const offer = await options.trust(link, fingerprint ?? null)
      if (fingerprint !== undefined) await attempt(link)
      return offer
    },
    'host.test': async ({ name }) => {
      const link = hosts.get(name)
      return { steps: await testSteps(link), host: view(link) }
    },
    'host.unlock': async ({ keyPath, passphrase }) => {
      await vault.unlock(keyPath, passphrase)
      // Whoever waited for this key need not wait longer; those that fail for another reason say so themselves.
      for (const link of hosts.all()) {
        const { state, error } = link.status
        if (state === 'connecting' || error?.code === 'KEY_LOCKED') link.tryAnew()
      }
      return null
    },
  }
}

function noneFits(error: unknown): null {
  if (error instanceof AppError && error.code === 'NO_HOST') return null
  throw error
}

/** Waits until the host is connected or it is known why not; either is then seen in its view. */
async function attempt(link: HostLink): Promise<void> {
  const tried = link.ready().then(
    () => undefined,
    () => undefined,
  )
  await within(tried, FIRST_ATTEMPT_MS, () => undefined)
}

async function testSteps(link: HostLink): Promise<{ name: string; ok: boolean; detail: string; tookMs: number }[]> {
  const steps: { name: string; ok: boolean; detail: string; tookMs: number }[] = []
  const step = async <T>(name: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T | undefined> => {
    const startedAt = performance.now()
    const tookMs = () => Math.round(performance.now() - startedAt)
    try {
      const result = await work()
      steps.push({ name, ok: true, detail: describe(result), tookMs: tookMs() })
      return result
    } catch (error) {
      steps.push({ name, ok: false, detail: error instanceof Error ? error.message : String(error), tookMs: tookMs() })
      return undefined
    }
  }
  const live = await step(
    'connect',
    () => link.ready(),
    ({ transport, agent }) => `by ${transport.kind} as ${agent.info.user} on ${agent.info.hostname}`,
  )
  if (!live) return steps
  const { info } = live.agent
  await step(
    'agent',
    () => live.agent.sample(),
    sample => `version ${info.version}, load ${sample.load1}`,
  )
  await step(
    'disk',
    () => live.agent.disk(),
    disk => `${Math.floor(disk.freeBytes / 2 ** 20)} MiB free at ${info.root}`,
  )
  for (const tool of ['tmux', 'rsync'] as const) {
    const version = info[tool]
    const missing = version === null ? `not installed; on ${link.name}: apt install ${tool}` : 'does not answer'
    steps.push({ name: tool, ok: Boolean(version), detail: version || missing, tookMs: 0 })
  }
  return steps
}

/** What a host is called when nobody said: the machine's name of its connection, as far as it can be a name of ours. */
function nameFor(connection: string): string {
  const host = connection
    .replace(/^[^@]*@/, '')
    .replace(/^\[(.*)\].*$/, '$1')
    .replace(/:\d+$/, '')
  const name = host.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  if (name === '') throw new AppError('BAD_INPUT', `Say how ${connection} is to be called: -n NAME`)
  return name.slice(0, 63)
}

async function refuseThisMachine(connection: string, resolve: HostMethodsOptions['resolve']): Promise<void> {
  const { hostname, port } = await resolve(connection)
  if (!leadsToThisMachine(connection) && !leadsToThisMachine(`[${hostname}]:${port}`)) return
  throw new AppError('CONFLICT', `${connection} is this machine, which is always there as: local`)
}
