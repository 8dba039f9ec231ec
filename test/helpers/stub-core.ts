/**
 * A core with nothing in it but what starting, finding and losing one is about: the true lock, socket and process frame.
 * A job's log has as many MiB as its id says, in hexadecimal.
 * Run as a program. STUB_CORE says what goes wrong: `refuses`, `crashes`, `hangs`, or nothing.
 */
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { EventBus } from '../../src/main/api/events.ts'
import { ApiServer } from '../../src/main/api/server.ts'
import type { StreamSource } from '../../src/main/api/streams.ts'
import { prepareSocketPath, systemPaths, writeSocketPath } from '../../src/main/config/paths.ts'
import { type CreateCore, runHeadless } from '../../src/main/run-headless.ts'
import { Database } from '../../src/main/store/database.ts'
import type { Methods } from '../../src/shared/contract.ts'
import { AppError } from '../../src/shared/errors.ts'
import { byteSource } from './byte-source.ts'

export const STUB_CORE = resolve(import.meta.filename)

const createStub: CreateCore = async ({ env, version }) => {
  if (env.STUB_CORE === 'refuses') throw new AppError('BAD_CONFIG', 'config.yaml:3: no such key')
  if (env.STUB_CORE === 'crashes') throw new Error('a stub that crashes')
  if (env.STUB_CORE === 'hangs') await new Promise(() => setInterval(() => undefined, 1000))
  const paths = systemPaths(env)
  const database = Database.open(paths.databaseFile)
  const bus = new EventBus()
  const { promise: closed, resolve: settle } = Promise.withResolvers<void>()
  const close = async () => {
    await server.close()
    database.close()
    settle()
  }
  const methods = {
    'core.status': async () => ({ version, pid: process.pid }),
    'core.stop': async () => {
      setImmediate(close)
      return { runningJobs: 0, comingJobs: { queued: 0, syncing: 0, starting: 0 }, unknownJobs: 0 }
    },
    'host.remove': async ({ name }: { name: string }) => {
      bus.emit({ type: 'host.removed', name })
      return null
    },
    // Mistakes of ours, on demand.
    'host.default': async () => {
      setImmediate(() => {
        throw new Error('thrown by a stub')
      })
      return null
    },
  } as unknown as Methods
  const streams: StreamSource = {
    openLog: async job => byteSource(Readable.from(mebibytes(Number.parseInt(job, 16)))),
    openTerminal: () => Promise.reject(new AppError('NOT_FOUND', 'The stub has no terminals')),
    openUpload: () => {
      throw new AppError('NOT_FOUND', 'The stub takes no drops')
    },
    openOutput: () => {
      throw new AppError('NOT_FOUND', 'The stub takes no drops')
    },
  }
  const server = new ApiServer({
    methods,
    principal: { role: 'owner' },
    bus,
    streams,
  })
  const socketPath = prepareSocketPath(paths)
  await server.listen(socketPath)
  writeSocketPath(paths, socketPath)
  return { socketPath, close, closed }
}

function* mebibytes(count: number): Generator<Buffer> {
  for (let number = 0; number < count * 16; number++) yield Buffer.alloc(65_536, number)
}

if (process.argv[1] === STUB_CORE) await runHeadless(createStub, process.argv.slice(2))
