import { describe, expect, test } from 'vitest'
import { jobRow } from '../../../test/helpers/job-row.ts'
import { temporaryStore } from '../../../test/helpers/temporary-store.ts'
import {
  parseDisk,
  parseError,
  parseFlag,
  parseFolderStat,
  parseHello,
  parseJob,
  parseJobSample,
  parseKeptProcess,
  parseProcess,
  parseRestart,
  parseSample,
} from './agent-records.ts'

const ID = '01234567-89ab-cdef-0123-456789abcdef'
const ROW = `=${ID} ended 12 100 200 0 - 0 - 42 1 =me =w =/a\\0040b =ls =/w`

describe('a job', () => {
  test('has our milliseconds, by the host’s clock', () => {
    expect(parseJob(ROW, 5_000)).toEqual({
      id: ID,
      state: 'ended',
      pid: 12,
      appPid: null,
      startedAt: 95_000,
      endedAt: 195_000,
      exitCode: 0,
      signal: null,
      isStopped: false,
      reason: null,
      logBytes: 42,
      logDropped: 0,
      hasTerminal: true,
      owner: 'me',
      worker: 'w',
      folder: '/a b',
      command: 'ls',
      workdir: '/w',
      process: null,
    })
  })

  test('that is a run of a process says of which, and from where on its log is kept', () => {
    expect(parseJob(`${ROW} =${ID}:12 40`, 0)).toMatchObject({ process: { id: ID, run: 12 }, logDropped: 40, workdir: '/w' })
  })

  test('has the PID of an app that is drawn behind its own', () => {
    expect(parseJob(ROW.replace(' 12 ', ' 12/4194304 '), 0)).toMatchObject({ pid: 12, appPid: 4_194_304 })
    expect(parseJob(ROW.replace(' 12 ', ' - '), 0)).toMatchObject({ pid: null, appPid: null })
  })

  test.each([
    ['too few words', ROW.slice(0, -4)],
    ['another word', `${ROW} =x`],
    ['a process without the start of its log', `${ROW} =${ID}:12`],
    ['a process of no run', `${ROW} =${ID}:0 0`],
    ['too many words', `${ROW} =${ID}:1 0 =x`],
    ['another state', ROW.replace('ended', 'done')],
    ['no id', ROW.replace(ID, '../../x')],
    ['no PID', ROW.replace(' 12 ', ' 12x ')],
    ['a negative PID', ROW.replace(' 12 ', ' -12 ')],
    ['the PID 0', ROW.replace(' 12 ', ' 0 ')],
    ['a PID no kernel gives', ROW.replace(' 12 ', ' 4194305 ')],
    ['half a PID', ROW.replace(' 12 ', ' 12.5 ')],
    ['an app without a PID', ROW.replace(' 12 ', ' 12/ ')],
    ['three PIDs', ROW.replace(' 12 ', ' 12/13/14 ')],
    ['no number', ROW.replace(' 42 ', ' 42x ')],
    ['a negative number', ROW.replace(' 42 ', ' -42 ')],
    ['a huge number', ROW.replace(' 42 ', ' 99999999999999999999 ')],
    ['a date that is none', ROW.replace(' 200 ', ' 9000000000000 ')],
    ['no flag', ROW.replace(' 42 1 ', ' 42 2 ')],
    ['nothing', ''],
  ])('of %s is refused', (_, row) => {
    expect(() => parseJob(row, 0)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
  })
})

describe('a process that a host keeps', () => {
  const OTHER = ID.replace('0', 'f')
  const KEPT = `=${ID} =me =${OTHER} 12 3 0 200`

  test('is told with its newest run, and when the next one begins by our clock', () => {
    const kept = { id: ID, owner: 'me', jobId: OTHER, run: 12, failures: 3, isStopped: false, nextAt: 195_000 }
    expect(parseKeptProcess(KEPT, 5_000)).toEqual(kept)
    expect(parseKeptProcess(`=${ID} =me =${OTHER} 12 3 1 -`, 5_000)).toEqual({ ...kept, isStopped: true, nextAt: null })
    expect(parseRestart(`=${ID} =${OTHER} 200 3`, 5_000)).toEqual({
      type: 'restart-planned',
      processId: ID,
      jobId: OTHER,
      at: 195_000,
      failures: 3,
    })
    expect([parseFlag('0'), parseFlag('1')]).toEqual([false, true])
  })

  test.each([
    KEPT.replace(ID, '../x'),
    KEPT.replace(' 12 ', ' 0 '),
    KEPT.replace(' 0 200', ' 2 200'),
    `${KEPT} 1`,
    KEPT.slice(0, -4),
  ])('as %s is refused', wrong => {
    expect(() => parseKeptProcess(wrong, 0)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
  })

  test.each([`=${ID} =${OTHER} - 3`, `=${ID} =x 200 3`, `=${ID} =${OTHER} 200`, `=${ID} =${OTHER} 200 3 4`])(
    'whose next run is told as %s is refused',
    wrong => {
      expect(() => parseRestart(wrong, 0)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
    },
  )
})

describe('a sample', () => {
  const LOAD = '1 2 3 100 50 4 5 6 2000 1000 0.25'
  const counters = {
    busy: 21,
    idle: 100,
    ioWait: 50,
    memoryTotalKb: 2000,
    memoryAvailableKb: 1000,
    load1: 0.25,
    uptimeCentiseconds: 4200,
    cpuPressure: 1.5,
    memoryPressure: 0,
    ioPressure: 100,
    deviceSet: 1,
    receivedBytes: 10,
    sentBytes: 20,
    readSectors: 30,
    writtenSectors: 40,
    diskKb: 5000,
    diskFreeKb: 3000,
  }

  test('is the counters of its host, where all that is not idle or waiting is busy; a few tell the time', () => {
    const rest = '4200 1.50 0.00 100.00 1 10 20 30 40 5000 3000'
    expect(parseSample(`${LOAD} ${rest} -`)).toEqual({ counters, hostSeconds: null })
    expect(parseSample(`${LOAD} ${rest} 1760000000`)).toEqual({ counters, hostSeconds: 1_760_000_000 })
  })

  test('of a kernel that tells little has no more than that', () => {
    const unknown = ['cpuPressure', 'memoryPressure', 'ioPressure', 'receivedBytes', 'sentBytes', 'readSectors', 'writtenSectors']
    const none = Object.fromEntries([...unknown, 'diskKb', 'diskFreeKb'].map(name => [name, null]))
    expect(parseSample(`${LOAD} 4200 - - - 1 - - - - - - -`).counters).toEqual({ ...counters, ...none })
  })

  test.each([
    '1 2 3',
    LOAD,
    `${LOAD} -`,
    `${LOAD} 4200 - - - 1 - - - - - -`,
    `${LOAD} 4200 - - - 1 - - - - - - x`,
    `${LOAD} 4200 - - - - - - - - - - -`,
    `${LOAD} 4200 -1 - - 1 - - - - - - -`,
    `${LOAD} 4200 1e9 - - 1 - - - - - - -`,
    `${LOAD} 4200 - - - 1 - - - - - - - -`,
  ])('that is %s is refused', wrong => {
    expect(() => parseSample(wrong)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
  })
})

test('a counter may have come as far as the kernel counts', () => {
  const most = '18446744073709551615'
  const { counters } = parseSample(`1 2 3 100 50 4 5 6 2000 1000 0.25 4200 - - - 1 ${most} 20 30 40 5000 3000 -`)
  expect(counters.receivedBytes).toBe(2 ** 64)
})

test('a host whose clock does not tick would have its jobs use CPU without end', () => {
  const hello = (ticks: string) =>
    parseHello(`=1 =b =/r =me =/h =/sh =n =x =k 4 0 - - ${ticks} =0 100 1 2 3 4 5 6 7 8 20 10 0 42 - - - 1 - - - - - -`)
  expect(hello('100').info.clockTicks).toBe(100)
  for (const wrong of ['0', '0.5', '9999999999'])
    expect(() => hello(wrong)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
})

test('whatever a host says that a job took, the store can keep it', () => {
  const { jobs } = temporaryStore()
  jobs.insert(jobRow({ id: ID, state: 'running' }))
  const most = 9e15
  const { cpuMs, memoryBytes } = parseJobSample(`=${ID} ${most} ${most} pss 2`, 1)
  jobs.update(ID, { cpuMs, peakMemoryBytes: memoryBytes })
  expect(jobs.get(ID)).toMatchObject({ cpuMs: most * 1000, peakMemoryBytes: most * 1024 })
  for (const wrong of [`=${ID} 9999999999999999 10 pss 2`, `=${ID} 10 9999999999999999 pss 2`])
    expect(() => parseJobSample(wrong, 100)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
})

test('a process has a name of one short line, whatever it calls itself', () => {
  expect(parseProcess('12 =me =a\\0012\\0033\\0133 150 200 10', 100)).toEqual({
    pid: 12,
    user: 'me',
    command: 'a??[',
    cpuRatio: 0.75,
    memoryBytes: 10_240,
  })
  expect(parseProcess(`1 - =${'x'.repeat(500)} 0 0 0`, 100)).toMatchObject({ user: '?', command: 'x'.repeat(64), cpuRatio: 0 })
  for (const wrong of ['12 =me =a 1 1', 'x =me =a 1 1 1', '12 =me =a -1 1 1', '12 me =a 1 1 1', '12 =me =a 1 1 1 1'])
    expect(() => parseProcess(wrong, 100)).toThrowError(expect.objectContaining({ code: 'PROTOCOL' }))
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
