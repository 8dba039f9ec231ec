/** How busy hosts are and were. */
import { Empty } from '../../components/empty.tsx'

export function MetricsView() {
  return (
    <>
      <header>
        <h1>Metrics</h1>
      </header>
      <Empty title="Nothing is known yet" />
    </>
  )
}
