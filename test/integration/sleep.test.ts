/** A sleep of the computer, as logind tells of it on a real bus: what the core makes of it, and of others who say so. */
import { expect, onTestFinished, test } from 'vitest'
import { watchSleep } from '../../src/main/shell/freedesktop/sleep-watch.ts'
import { startBus, startTeller } from '../helpers/message-bus.ts'
import { startProduct } from '../helpers/product.ts'
import { waitFor } from '../helpers/wait.ts'

/** How often it was told of a wake, and what was logged. */
function watch(address: string): { heard: { wakes: number; log: string[] }; close(): void } {
  const heard = { wakes: 0, log: [] as string[] }
  const { close } = watchSleep({
    address,
    onWake: () => {
      heard.wakes += 1
    },
    log: (message, { error }) => void heard.log.push(`${message}: ${error}`),
  })
  onTestFinished(close)
  return { heard, close }
}

test('the end of a sleep is told of, its beginning is not', async () => {
  const { address } = await startBus()
  const logind = await startTeller(address)
  const { heard, close } = watch(address)
  await waitFor(() => {
    logind.sleeps(true)
    logind.sleeps(false)
    return heard.wakes > 0
  })
  const { wakes } = heard
  logind.sleeps(true)
  logind.sleeps(false)
  await waitFor(() => heard.wakes > wakes)
  close()
  expect(heard.log).toEqual([])
})

test('nobody but logind is believed, though he sends it to us alone', async () => {
  const { address } = await startBus()
  const logind = await startTeller(address)
  const stranger = await startTeller(address, 'org.example.Stranger')
  const { heard } = watch(address)
  const us = await waitFor(async () => (await stranger.others())[0])
  stranger.sleeps(false, us)
  await stranger.others()
  logind.sleeps(false, us)
  await waitFor(() => heard.wakes > 0)
  expect(heard).toEqual({ wakes: 1, log: [] })
})

test('a bus that is not there is told of once; one that goes away harms nothing', async () => {
  const { heard: never } = watch('unix:path=/nonexistent/bus')
  await waitFor(() => never.log.length > 0)
  expect(never.log).toEqual([expect.stringContaining('noticed by the clock only')])
  const bus = await startBus()
  const logind = await startTeller(bus.address)
  const { heard } = watch(bus.address)
  await waitFor(() => {
    logind.sleeps(false)
    return heard.wakes > 0
  })
  await bus.kill()
  expect(heard.log).toEqual([])
})

test('a core without a window asks its hosts at once', async () => {
  const { address } = await startBus()
  const logind = await startTeller(address)
  const product = await startProduct()
  await product.drover(['daemon', 'start'], { env: { DBUS_SYSTEM_BUS_ADDRESS: address } })
  await waitFor(() => {
    logind.sleeps(false)
    return product.coreLog().includes('was asleep')
  })
  expect(product.coreLog()).toContain('told by the system')
})
