/** Says that what is shown is of then, not of now, and for how long already. */
import { ageText } from '../../shared/format.ts'
import { Button } from '../components/button.tsx'
import { core } from '../core.ts'
import { useNow } from '../stores/clock.ts'
import { useCore } from '../stores/core-store.ts'

export function LinkBanner() {
  const now = useNow()
  const link = useCore(state => state.link)
  const staleSince = useCore(state => state.staleSince)
  if (link.kind !== 'lost') return null
  const seconds = Math.max(0, Math.ceil((link.retryAt - now) / 1000))
  return (
    <div className="banner" role="alert">
      <span className="grow">
        The core does not answer; jobs go on on their hosts.{' '}
        {staleSince !== null && `What is shown is ${ageText(now - staleSince)} old. `}
        {seconds > 0 ? `Next try in ${seconds} s.` : 'Trying…'}
      </span>
      <Button onPress={() => core.retryNow()}>Try now</Button>
    </div>
  )
}
