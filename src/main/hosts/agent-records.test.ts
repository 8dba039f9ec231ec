import { describe, expect, test } from 'vitest'
import { parseDisk, parseError, parseFolderStat, parseJob, parseJobSample, parseSample } from './agent-records.ts'

const ID = '01234567-89ab-cdef-0123-456789abcdef'
const ROW = `=${ID} ended 12 100 200 0 - 0 - 42 1 =me =w =/a\\0040b =ls =/w`

describe('a job', () => {
  test('has our milliseconds, by the host’s clock', () => {
    expect(parseJob(ROW, 5_000)).toEqual({
      id: ID,
      state: 'ended',
      pid: 12,
      startedAt: 95_000,
      endedAt: 195_000,
      exitCode: 0,
      signal: null,
      isStopped: false,
      reason: null,
      logBytes: 42,
      hasTerminal: true,
      owner: 'me',
      worker: 'w',
      folder: '/a b',
      command: 'ls',
      workdir: '/w',
    })
  })

  test.each([
    ['too few words', ROW.slice(0, -4)],
    ['too many words', `${ROW} =x`],
    ['another state', ROW.replace('ended', 'done')],
    ['no id', ROW.replace(ID, '../../x')],
    ['no number', ROW.replace(' 12 ', ' 12x ')],
    ['a negative number', ROW.replace(' 12 ', ' -12 ')],
    ['a huge number', ROW.replace(' 42 ', ' 99999999999999999999 ')],
    ['no flag', ROW.replace(' 42 1 ', ' 42 2 ')],
    ['nothing', ''],
  ])('of %s is refused', (_, row) => {
    expect(() => parseJob(row, 0)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
  })
})

test('a sample: all that is not idle or waiting is busy; a few tell the time', () => {
  const counters = { busy: 21, idle: 100, ioWait: 50, memoryTotalKb: 2000, memoryAvailableKb: 1000, load1: 0.25 }
  expect(parseSample('1 2 3 100 50 4 5 6 2000 1000 0.25 -')).toEqual({ counters, hostSeconds: null })
  expect(parseSample('1 2 3 100 50 4 5 6 2000 1000 0.25 1760000000')).toEqual({ counters, hostSeconds: 1_760_000_000 })
  for (const wrong of ['1 2 3', '1 2 3 100 50 4 5 6 2000 1000 0.25', '1 2 3 100 50 4 5 6 2000 1000 0.25 x'])
    expect(() => parseSample(wrong)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
})

test('samples, folders and disks are in our units', () => {
  expect(parseJobSample(`=${ID} 250 10 pss 2`, 100)).toEqual({
    id: ID,
    cpuMs: 2500,
    memoryBytes: 10_240,
    memoryKind: 'pss',
    processes: 2,
  })
  expect(parseFolderStat('- 0')).toEqual({ stamp: null, hasSpare: false })
  expect(parseFolderStat('=a 1')).toEqual({ stamp: 'a', hasSpare: true })
  expect(parseDisk('1 2 3 4 5')).toEqual({
    freeBytes: 1024,
    jobsBytes: 2048,
    workdirsBytes: 3072,
    foldersBytes: 4096,
    sparesBytes: 5120,
  })
})

test('an error keeps a code of ours and names the host', () => {
  expect(parseError('DISK_FULL =no\\0040room', 'box')).toMatchObject({ code: 'DISK_FULL', message: 'box: no room' })
  expect(parseError('SOMETHING =x', 'box')).toMatchObject({ code: 'HOST_ERROR', message: 'box: x' })
  const full = 'HOST_ERROR =Cannot\\0040copy:\\0040cp:\\0040x:\\0040No\\0040space\\0040left\\0040on\\0040device'
  expect(parseError(full, 'box')).toMatchObject({
    code: 'DISK_FULL',
    message: 'No space left on box: Cannot copy. Free some with: drover gc --host box',
  })
})
