/**
 * A process of its own that opens the store at its first argument and holds it, for tests that kill it. It prints a line for each thing
 * done: `open`, or the error's code. With `write` as second argument, then the number of each job it has stored, without end;
 * with `once`, `ready`, then `inserted` and `noted` for one job, and ends.
 */
import { setInterval } from 'node:timers'
import { openStore, type Store } from '../../src/main/store/store.ts'
import { AppError } from '../../src/shared/errors.ts'
import { jobRow } from './job-row.ts'

const [path = '', task = 'hold'] = process.argv.slice(2)

function open(): Store | null {
  try {
    const store = openStore(path)
    console.log('open')
    return store
  } catch (error) {
    console.log(error instanceof AppError ? error.code : String(error))
    return null
  }
}

function writeJob({ jobs }: Store, index: number): void {
  jobs.insert(jobRow({ id: `job-${index}`, createdAt: index }))
  jobs.update(`job-${index}`, { state: 'running', startedAt: index })
  console.log(index)
}

const store = open()
if (store && task === 'write') for (let index = 0; ; index++) writeJob(store, index)
if (store && task === 'once') {
  // The first write to a new log waits for the disk in any case.
  store.jobs.insert(jobRow({ id: 'first' }))
  console.log('ready')
  store.jobs.insert(jobRow({ id: 'one' }))
  console.log('inserted')
  store.jobs.update('one', { logBytes: 1 })
  console.log('noted')
}
if (store && task === 'hold') setInterval(() => undefined, 1_000_000)
