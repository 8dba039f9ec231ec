/** Notifications over a real bus: who else is on it answers none, and one that shows them anew knows nothing of those before. */
import type { EventEmitter } from 'node:events'
import { Message, sessionBus } from '@jellybrick/dbus-next'
import { expect, onTestFinished, test } from 'vitest'
import { NotificationBus } from '../../src/main/shell/freedesktop/notification-bus.ts'
import { NOTHING_TOLD, type Notice } from '../../src/main/shell/notice.ts'
import { connectClient } from '../helpers/bus-client.ts'
import { startDesktop } from '../helpers/desktop.ts'
import { waitFor } from '../helpers/wait.ts'

const SERVICE = 'org.freedesktop.Notifications'
const NOTICE: Notice = { title: 'a', body: 'b', isUrgent: true, jobId: 'j', route: '/jobs/j', counts: NOTHING_TOLD }

test('an answer counts from whoever shows it alone; numbers of one that was started again are others; the desktop may be another', async () => {
  const [desktop, next] = await Promise.all([startDesktop(), startDesktop()])
  let address = desktop.env.DBUS_SESSION_BUS_ADDRESS
  const answers: string[] = []
  const problems: string[] = []
  const bus = new NotificationBus({
    address: () => address,
    onAction: (action, { title }) => answers.push(`${action} ${title}`),
    log: (_, { error }) => problems.push(error ?? ''),
  })
  onTestFinished(() => bus.close())

  await bus.show(NOTICE)
  await pretendAnswers(address)
  await desktop.click()
  await waitFor(() => answers.length > 0, { what: 'the click' })
  expect(answers).toEqual(['default a'])

  await bus.show({ ...NOTICE, title: 'before' })
  await desktop.restartService()
  const other = connectClient(address)
  for (const title of ['of another', 'program']) {
    const body = ['x', 0, '', title, '', ['default', 'Open'], {}, -1]
    await other.call(SERVICE, '/org/freedesktop/Notifications', `${SERVICE}.Notify`, 'susssasa{sv}i', body)
  }
  await desktop.click()
  await bus.show({ ...NOTICE, title: 'after' })
  expect((await desktop.read()).map(({ summary }) => summary)).toContain('after')

  address = next.env.DBUS_SESSION_BUS_ADDRESS
  await bus.show({ ...NOTICE, title: 'elsewhere' })
  expect((await next.read()).map(({ summary }) => summary)).toEqual(['elsewhere'])
  expect([answers, problems]).toEqual([['default a'], []])
})

/** To each connection by itself, which no rule of what it wants to hear keeps away. */
async function pretendAnswers(address: string): Promise<void> {
  const bus = sessionBus({ busAddress: address })
  ;(bus as EventEmitter).on('error', () => undefined) // It goes with its bus.
  onTestFinished(() => bus.disconnect())
  const client = connectClient(address)
  const daemon = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus.ListNames'] as const
  const names = ((await client.call(...daemon))[0] as string[]).filter(name => name.startsWith(':'))
  for (const destination of names)
    for (const id of [1, 2, 3]) {
      const signal = Message.newSignal('/org/freedesktop/Notifications', SERVICE, 'ActionInvoked', 'us', [id, 'again'])
      signal.destination = destination
      bus.send(signal)
    }
  await bus.requestName('org.example.Said', 0) // Answered after all that was sent before.
}
