import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startHeartbeat } from './heartbeat.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A core that answers after `takesMs`; `told`: what the heartbeat said of it. */
function start() {
  const core = { takesMs: 100, asked: 0, heard: 0, told: [] as string[] }
  const stop = startHeartbeat({
    ask: async () => {
      core.asked++
      const at = Date.now() + core.takesMs / 2
      await new Promise(resolve => setTimeout(resolve, core.takesMs))
      return { at }
    },
    heard: () => core.heard,
    onLag: lagMs => core.told.push(`lag ${lagMs}`),
    onTime: (at, uncertainMs) => core.told.push(`time ${at - Date.now()} ±${uncertainMs}`),
    onSilent: () => core.told.push('silent'),
    now: Date.now,
  })
  return { core, stop }
}

test('it asks at once and every five seconds, and tells the time and how long the answer took', async () => {
  const { core, stop } = start()
  await vi.advanceTimersByTimeAsync(500)
  expect(core.told).toEqual(['time 0 ±50', 'lag 100'])
  await vi.advanceTimersByTimeAsync(14_700)
  expect(core.asked).toBe(4)
  stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(core.asked).toBe(4)
})

test('what is waited for is told as it grows; it is asked once only meanwhile', async () => {
  const { core, stop } = start()
  core.takesMs = 3_500
  await vi.advanceTimersByTimeAsync(5_000) // The first was on its way.
  core.told.length = 0
  await vi.advanceTimersByTimeAsync(4_000)
  expect(core.told).toEqual(['lag 1000', 'lag 2000', 'lag 3000', 'time 0 ±1750', 'lag 3500'])
  expect(core.asked).toBe(2)
  stop()
})

test('a line on which nothing comes any more is told of; one that carries other things is not', async () => {
  const { core, stop } = start()
  core.takesMs = 1_000_000
  await vi.advanceTimersByTimeAsync(5_000)
  for (let second = 0; second < 30; second++) {
    core.heard++
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(core.told).not.toContain('silent')
  await vi.advanceTimersByTimeAsync(21_000)
  expect(core.told).toContain('silent')
  stop()
})
