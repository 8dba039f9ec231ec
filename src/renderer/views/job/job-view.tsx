import type { JobTab } from '../../stores/route.ts'
export function JobView({ id }: { readonly id: string; readonly tab: JobTab | null }) {
  return <h1>{id}</h1>
}
