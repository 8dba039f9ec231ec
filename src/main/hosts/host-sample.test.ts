import { expect, test } from 'vitest'
import { type HostCounters, hostSample } from './host-sample.ts'

const BEFORE: HostCounters = {
  busy: 100,
  idle: 1000,
  ioWait: 50,
  memoryTotalKb: 2000,
  memoryAvailableKb: 1000,
  load1: 0.5,
  uptimeCentiseconds: 10_000,
  cpuPressure: 12.5,
  memoryPressure: null,
  ioPressure: 250,
  deviceSet: 1,
  receivedBytes: 1000,
  sentBytes: 2000,
  readSectors: 10,
  writtenSectors: 20,
  diskKb: 5000,
  diskFreeKb: 3000,
}
const NOW: HostCounters = {
  ...BEFORE,
  busy: 160,
  idle: 1120,
  ioWait: 70,
  uptimeCentiseconds: 10_200,
  receivedBytes: 3000,
  sentBytes: 2100,
  readSectors: 14,
  writtenSectors: 20,
}

test('two readings make ratios and rates, by the time that went by on the host', () => {
  expect(hostSample(BEFORE, NOW, 7)).toEqual({
    at: 7,
    cpuRatio: 0.3,
    ioWaitRatio: 0.1,
    memoryTotalBytes: 2_048_000,
    memoryAvailableBytes: 1_024_000,
    load1: 0.5,
    cpuPressureRatio: 0.125,
    memoryPressureRatio: null,
    ioPressureRatio: 1,
    networkInBytesPerS: 1000,
    networkOutBytesPerS: 50,
    diskReadBytesPerS: 1024,
    diskWriteBytesPerS: 0,
    diskTotalBytes: 5_120_000,
    diskFreeBytes: 3_072_000,
  })
})

const RATES = ['networkInBytesPerS', 'networkOutBytesPerS', 'diskReadBytesPerS', 'diskWriteBytesPerS'] as const
test.each<[string, Partial<HostCounters>, readonly (typeof RATES)[number][]]>([
  ['a counter that began anew', { receivedBytes: 5 }, ['networkInBytesPerS']],
  ['a counter that is not there any more', { sentBytes: null }, ['networkOutBytesPerS']],
  ['other devices', { deviceSet: 2, receivedBytes: 1e12 }, RATES],
  ['no time between', { uptimeCentiseconds: 10_000 }, RATES],
  ['a host that was restarted', { uptimeCentiseconds: 100 }, RATES],
])('%s gives no rate, and no nonsense', (_, change, unknown) => {
  const sample = hostSample(BEFORE, { ...NOW, ...change }, 7)
  for (const rate of RATES) {
    if (unknown.includes(rate)) expect(sample[rate]).toBeNull()
    else expect(sample[rate]).not.toBeNull()
  }
})

test('CPU time that runs backwards makes no ratio below 0 or above 1', () => {
  const sample = hostSample(NOW, BEFORE, 7)
  expect([sample.cpuRatio, sample.ioWaitRatio]).toEqual([0, 0])
})
