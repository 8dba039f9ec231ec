export function HostsView({ selected }: { readonly selected: string | null }) {
  return <h1>{selected}</h1>
}
