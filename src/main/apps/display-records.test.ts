import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/helpers/temporary-folder.ts'
import { type ClientRecord, DisplayRecords } from './display-records.ts'
import { isRunning, markOf, signalProcess } from './process-mark.ts'

function record(): ClientRecord {
  const mark = markOf(process.pid) ?? expect.fail('we do not run')
  return { kind: 'client', id: '0123abcd', mark, socketPath: '/run/w', desktopSocket: '/run/wayland-1', compression: 'lz4' }
}

test('a record is for its owner alone, and what is none is passed over', () => {
  const folder = join(temporaryFolder(), 'display')
  const records = new DisplayRecords(folder)
  expect(records.list()).toEqual([])
  records.put(record())
  writeFileSync(join(folder, 'client-half.json'), '{"kind":"client","id":')
  writeFileSync(join(folder, 'client-other.json'), JSON.stringify({ ...record(), id: '../../x' }))
  expect(records.list()).toEqual([record()])
  expect(new DisplayRecords(folder).list()).toEqual([record()])
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'client-0123abcd.json')).mode & 0o777).toBe(0o600)
  records.remove(record())
  expect(records.list()).toEqual([])
  expect(new DisplayRecords(folder).list()).toEqual([])
})

test('a process is known again by more than its number', async () => {
  const child = spawn('sleep', ['60'])
  const mark = markOf(child.pid ?? 0) ?? expect.fail('it does not run')
  expect(isRunning(mark)).toBe(true)
  for (const other of [{ startTime: '1' }, { bootId: 'another' }]) {
    expect(isRunning({ ...mark, ...other })).toBe(false)
    signalProcess({ ...mark, ...other }, 'SIGKILL')
  }
  expect(child.exitCode ?? child.signalCode).toBeNull()
  signalProcess(mark, 'SIGTERM')
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
  expect(isRunning(mark)).toBe(false)
})

test('a connection of before there was sound is known as one without', () => {
  const folder = join(temporaryFolder(), 'display')
  const { mark } = record()
  const master = {
    kind: 'master' as const,
    id: '0123abcd',
    mark,
    host: 'box',
    connection: 'me@box',
    controlPath: '/run/d',
    forwards: [],
  }
  new DisplayRecords(folder).put({ ...master, sounds: [] })
  writeFileSync(join(folder, 'master-0123abcd.json'), JSON.stringify(master))
  expect(new DisplayRecords(folder).list()).toEqual([{ ...master, sounds: [] }])
})
