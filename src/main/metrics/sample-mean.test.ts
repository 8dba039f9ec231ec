import { expect, test } from 'vitest'
import { hostSample } from '../../../test/helpers/host-sample.ts'
import { sampleMean } from './sample-mean.ts'

test('ten seconds are the mean of their samples, and the lowest and highest of the CPU', () => {
  const samples = [
    hostSample(0, { cpuRatio: 0.1, load1: 0.5, cpuPressureRatio: 0.2, networkInBytesPerS: 1000, diskFreeBytes: 4096 }),
    hostSample(2000, { cpuRatio: 0.2, load1: 1, cpuPressureRatio: null, networkInBytesPerS: 2001, diskFreeBytes: 2048 }),
  ]
  expect(sampleMean(samples)).toMatchObject({
    cpuMinPermille: 100,
    cpuPermille: 150,
    cpuMaxPermille: 200,
    loadHundredths: 75,
    memoryAvailableKib: 3_906_250,
    cpuPressurePermille: 200,
    ioPressurePermille: null,
    networkInBytesPerS: 1501,
    diskFreeKib: 3,
    diskTotalKib: null,
  })
  expect(() => sampleMean([])).toThrow(TypeError)
})

test('whatever a host tells, what is stored is a whole number', () => {
  const values = Object.values(sampleMean([hostSample(0, { networkInBytesPerS: 1e300, load1: 1e-9, memoryTotalBytes: 1e16 })]))
  for (const value of values) expect(value === null || Number.isSafeInteger(value)).toBe(true)
})
