/** One row of merged output: whose it is, when it was printed, and the line as it was; or what happened between lines. */
import { memo } from 'react'
import { bytesText, countText } from '../../../../shared/format.ts'
import type { OutputEntry } from '../../../../shared/process.ts'
import { visible } from '../../../../shared/visible.ts'
import { plainText } from '../../job/log/sgr.ts'
import { SgrText } from '../../job/log/sgr-text.tsx'
import { labelStyle } from '../label-colour.ts'
import { isFailure, type OutputRow } from './output-buffer.ts'

export const ROW_PX = 18
/** Of a longer line the job's own log has the rest. */
const MOST_SHOWN = 4_000

type OutputRowProps = {
  readonly row: OutputRow
  readonly number: number
  readonly position: number
  readonly hasTime: boolean
  readonly hasLabel: boolean
  readonly isMarked: boolean
}

export const OutputRowView = memo(function OutputRowView({ row, number, position, hasTime, hasLabel, isMarked }: OutputRowProps) {
  const at = 'at' in row ? row.at : null
  const what = row.type === 'line' ? '' : isFailure(row) ? ' ruler bad' : ' ruler'
  return (
    <div className={`out-row${what}${isMarked ? ' marked' : ''}`} data-row={number}>
      {hasTime && (
        <span className="out-time" title={at === null ? undefined : new Date(at).toLocaleString()}>
          {at === null ? '' : timeText(at)}
        </span>
      )}
      {hasLabel && (
        <span className="out-label" style={labelStyle({ position })} title={row.process}>
          {row.process}
        </span>
      )}
      {row.type === 'line' ? <Line row={row} /> : <span className="out-ruler">{rulerText(row)}</span>}
    </div>
  )
})

function Line({ row }: { readonly row: Extract<OutputEntry, { type: 'line' }> }) {
  const { text, isCut } = row
  const over = text.length - MOST_SHOWN
  return (
    <span className="out-text">
      <SgrText text={over > 0 ? text.slice(0, MOST_SHOWN) : text} />
      {over > 0 && <span className="out-more">… {countText(over)} more characters</span>}
      {isCut && over <= 0 && <span className="out-more">… goes on</span>}
      {'\n'}
    </span>
  )
}

/** As a person reads it. */
export function shownText(row: OutputRow): string {
  return row.type === 'line' ? plainText(row.text) : ''
}

function rulerText(row: Exclude<OutputRow, { type: 'line' }>): string {
  switch (row.type) {
    case 'skipped':
      return `${bytesText(row.bytes)} left out here, as nobody could read so fast: its log has them`
    case 'dropped':
      return `${bytesText(row.bytes)} are gone here, as its log reached its size`
    case 'run':
      return `run ${row.run}`
    case 'ended':
      return `run ${row.run} ${endText(row)}`
    case 'away':
      return `cannot be read now: ${visible(row.error.message)}`
  }
}

function endText({ exitCode, signal }: Extract<OutputEntry, { type: 'ended' }>): string {
  if (signal !== null) return `was ended by SIG${visible(signal)}`
  return exitCode === null ? 'ended' : `ended with exit ${exitCode}`
}

function timeText(at: number): string {
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const ms = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`
}
