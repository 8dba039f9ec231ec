/**
 * Tells when this computer wakes up, by what logind says on the system bus. It owns its connection, which is made once; where there is no
 * bus, or it goes away, hosts/wake-detector.ts notices a sleep by the clock, some seconds later.
 */
import type { Message } from '@jellybrick/dbus-next'
import type { ShellOptions } from '../shell.ts'
import { type Bus, connectBus, ownerOf } from './bus.ts'

export type SleepWatchOptions = Pick<ShellOptions, 'onWake' | 'log'> & {
  /** Of the system bus. */
  address: string
}

const LOGIND = 'org.freedesktop.login1'
const MANAGER = 'org.freedesktop.login1.Manager'
const SIGNAL = 'PrepareForSleep'

/** Never fails: where nobody tells, nobody is heard. Its answer ends it. */
export function watchSleep({ address, onWake, log }: SleepWatchOptions): { close(): void } {
  let isClosed = false
  let bus: Bus | undefined
  const fail = (error: unknown) => {
    if (!isClosed) log('a sleep of this computer is noticed by the clock only', { error: String(error) })
  }
  const heard = async (from: Bus, { interface: of, member, sender, body }: Message) => {
    // It is told twice: true before the sleep, false after it. Anybody may send us a signal.
    if (of !== MANAGER || member !== SIGNAL || body[0] !== false) return
    if (sender === (await ownerOf(from, LOGIND)) && !isClosed) onWake()
  }
  const connect = async () => {
    const connected = await connectBus({ address, onSignal: signal => void heard(connected, signal).catch(ignore) })
    bus = connected
    if (isClosed) return connected.disconnect()
    await connected.match(`type='signal',sender='${LOGIND}',interface='${MANAGER}',member='${SIGNAL}'`)
  }
  connect().catch(error => {
    fail(error)
    bus?.disconnect()
  })
  return {
    close: () => {
      isClosed = true
      bus?.disconnect()
    },
  }
}

/** Somebody else has told of a sleep, and there is no logind; or the bus went away as we asked. */
function ignore(): void {
  // The clock shows it if it was one.
}
