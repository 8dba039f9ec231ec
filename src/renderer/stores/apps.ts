/** The apps of all hosts: asked for when somebody first looks, and anew when they changed or the core was away. */
import { useEffect } from 'react'
import { create } from 'zustand'
import type { AppView } from '../../shared/app.ts'
import { type ErrorBody, toErrorBody } from '../../shared/errors.ts'
import { visible } from '../../shared/visible.ts'
import { core } from '../core.ts'
import { onCoreEvent } from '../link/follow-core.ts'
import { useCore } from './core-store.ts'
import { showToast } from './toasts.ts'

export type AppsState = {
  apps: readonly AppView[]
  /** They were told once. */
  isLoaded: boolean
  error: ErrorBody | null
}

const useStore = create<AppsState>()(() => ({ apps: [], isLoaded: false, error: null }))
/** What changed while it was asked is asked again afterwards, once. */
let asking: 'no' | 'yes' | 'again' = 'no'
let isWanted = false

export function useApps(): AppsState {
  const isConnected = useCore(state => state.link.kind === 'connected')
  useEffect(() => {
    isWanted = true
    if (isConnected) void loadApps()
  }, [isConnected])
  return useStore()
}

export async function loadApps(): Promise<void> {
  if (asking !== 'no') {
    asking = 'again'
    return
  }
  asking = 'yes'
  try {
    const { apps } = await core.call('app.list', { locale: locale(), limit: 5_000 })
    useStore.setState({ apps, isLoaded: true, error: null })
  } catch (error) {
    useStore.setState({ error: toErrorBody(error) })
  }
  const isAgain = (asking as string) === 'again'
  asking = 'no'
  if (isAgain) await loadApps()
}

onCoreEvent(event => {
  if (event.type === 'apps.changed' && isWanted) void loadApps()
  else if (event.type === 'file.stuck') showToast({ kind: 'problem', text: `${visible(event.path)}: ${visible(event.why)}` })
  else if (event.type === 'file.returned' && event.keptAs !== null) {
    const text = `${visible(event.path)} was changed here and on ${visible(event.host)}. What came from there is kept as ${visible(event.keptAs)}`
    showToast({ kind: 'problem', text })
  }
})

/** `de-DE` as hosts have it: `de_DE`. */
function locale(): string {
  return navigator.language.replaceAll('-', '_').slice(0, 64)
}
