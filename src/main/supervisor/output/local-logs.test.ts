import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../../test/helpers/temporary-folder.ts'
import { within } from '../../../../test/helpers/wait.ts'
import { LocalLogs } from './local-logs.ts'

test('a log that grows just as somebody begins to watch it is heard of', async () => {
  const root = temporaryFolder()
  const log = join(root, 'jobs/job/output.log')
  mkdirSync(join(root, 'jobs/job'), { recursive: true })
  writeFileSync(log, '')
  const writer = new Worker(
    `const { openSync, writeSync } = require('node:fs')
     const file = openSync(${JSON.stringify(log)}, 'a')
     for (;;) writeSync(file, 'x')`,
    { eval: true },
  )
  onTestFinished(async () => void (await writer.terminate()))
  const logs = new LocalLogs(root)
  onTestFinished(() => logs.close())
  for (let round = 0; round < 40; round++) {
    const news = Promise.withResolvers<void>()
    const unwatch = logs.watch('job', news.resolve)
    await within(news.promise, { what: `news in round ${round}` })
    unwatch()
  }
  expect((await logs.read('job', 0, 1)).bytes.toString()).toBe('x')
})
