/** The command line's way to the core: one lean request for a call, or a session for all that streams. */
import type { Socket } from 'node:net'
import type { Call } from '../shared/contract.ts'
import { VERSION } from '../shared/version.ts'
import type { CoreClient } from './core-client.ts'
import { httpCall } from './http-call.ts'
import { type Reach, reachCore, reachNextCore } from './reach-core.ts'
import { CORE_TRIES, isCoreLoss, isRepeatable, repeated } from './repeatable.ts'

export type ClientOptions = Pick<Reach, 'env'> &
  Partial<Reach> & {
    /** Told once when the core is of another version than we are. */
    onOtherVersion?: (coreVersion: string) => void
  }

export function createClient({ onOtherVersion = warnOfVersion, ...given }: ClientOptions): CoreClient {
  const reach: Reach = { start: true, startTimeoutMs: 10_000, successorTimeoutMs: 15_000, ...given }
  let isVersionKnown = false
  const checkVersion = (version: string | undefined) => {
    if (!isVersionKnown && version !== undefined && version !== VERSION) onOtherVersion(version)
    isVersionKnown = true
  }

  const call: Call = async (method, input) => {
    const connect = () => reachCore(reach)
    const ask = (socket: Socket) => httpCall(socket, method, input)
    // A core that was killed takes connections for a moment more.
    const { result, coreVersion } = await (isRepeatable(method, input) ? repeated(connect, ask) : ask(await connect()))
    checkVersion(coreVersion)
    return result as never
  }

  const connect = async () => {
    // Loaded only by verbs that stream.
    const [{ Session }, { openConnection }] = await Promise.all([import('./session.ts'), import('./open-connection.ts')])
    return Session.open(async previous => {
      for (let attempt = 1; ; attempt++) {
        const socket = previous ? await reachNextCore(reach, previous) : await reachCore(reach)
        try {
          const { connection, coreVersion } = await openConnection(socket)
          checkVersion(coreVersion)
          return connection
        } catch (error) {
          // It went away as we shook hands. Nothing was asked of it yet, so the next one may be tried.
          if (!isCoreLoss(error) || attempt === CORE_TRIES) throw error
        }
      }
    })
  }

  return { call, connect }
}

function warnOfVersion(coreVersion: string): void {
  process.stderr.write(
    `drover: the running core is version ${coreVersion}, this command line is ${VERSION}; bring them together with: drover daemon restart\n`,
  )
}
