export function JobsView() {
  return <h1>JobsView</h1>
}
