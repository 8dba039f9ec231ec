/** Whether this page may do things, or only look, as the dashboard does. The core holds to it; the page only offers nothing that is refused. */
import { useCore } from './core-store.ts'

/** Before the core has said it: yes, as nearly every page may. */
export function useMayAct(): boolean {
  return useCore(state => !state.isReadonly)
}

export function mayAct(): boolean {
  return !useCore.getState().isReadonly
}
