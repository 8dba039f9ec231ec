/** How long ago something was, with the very time as its title. */
import { ageText } from '../../shared/format.ts'
import { useNow } from '../stores/clock.ts'

export function Ago({ at }: { readonly at: number }) {
  const now = useNow()
  const date = new Date(at)
  return (
    <time className="number" dateTime={date.toISOString()} title={date.toLocaleString()}>
      {ageText(now - at)} ago
    </time>
  )
}
