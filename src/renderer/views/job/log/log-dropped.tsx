/** Says what of a log's beginning is kept no more. */
import { bytesText } from '../../../../shared/format.ts'
import type { LogState } from './log-model.ts'

export function LogDropped({ state: { droppedBytes } }: { readonly state: LogState }) {
  if (droppedBytes === 0) return null
  return <p className="log-dropped dim number">Its first {bytesText(droppedBytes)} are gone, as the log reached its size.</p>
}
