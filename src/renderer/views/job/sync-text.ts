/** How far a push or a pull is, in words and figures. */
import type { SyncProgress } from '../../../shared/domain.ts'
import { bytesText, counted, countText, percentText } from '../../../shared/format.ts'

export function syncText({ phase, filesDone, filesTotal, bytesDone, bytesTotal }: SyncProgress): string {
  if (phase === 'scanning' || phase === 'comparing') return `${phase} ${counted(filesDone, 'file')}`
  return `${phase} ${filesTotal === null ? counted(filesDone, 'file') : `${countText(filesDone)} of ${counted(filesTotal, 'file')}`}, ${shareText(bytesDone, bytesTotal)}`
}

export function shareText(bytesDone: number, bytesTotal: number | null): string {
  if (bytesTotal === null || bytesTotal === 0) return bytesText(bytesDone)
  return `${bytesText(bytesDone)} of ${bytesText(bytesTotal)} (${percentText(Math.min(1, bytesDone / bytesTotal))})`
}
