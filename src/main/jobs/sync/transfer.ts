/** What the ways of sending have in common: what they are given, what they tell, and what a host's failure means. */
import type { SyncProgress } from '../../../shared/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Agent } from '../../hosts/agent.ts'
import type { ChannelEnd, Transport } from '../../hosts/transport.ts'

export type SendTarget = {
  /** The host's name, for messages. */
  host: string
  transport: Transport
  agent: Agent
  folderKey: string
}

export type Transfer = SendTarget & {
  /** Absolute, as text. */
  folder: string
  signal?: AbortSignal | undefined
  onProgress?: ((progress: SyncProgress) => void) | undefined
}

/** `vanished`: something was not there any more when its turn came; a new scan says what the folder is now. */
export type TransferResult = { sentBytes: number; tookMs: number; vanished: boolean }

export function cancelled(): AppError {
  return new AppError(
    'CANCELLED',
    'The sync was cancelled. What was sent stays on the host, and the next push goes on from there',
  )
}

/** Null when it went well. `said` is what came on stderr. */
export function hostFailure(host: string, doing: string, outcome: { end: ChannelEnd; said: string }): AppError | null {
  const { end, said } = outcome
  if (end.code === 0) return null
  const reason = said.replace(/^drover: /, '')
  if (/No space left on device|Disk quota exceeded/i.test(said)) {
    return new AppError('DISK_FULL', `No space left on ${host} while ${doing}. Free some with: drover gc --host ${host}`)
  }
  if (end.code === null && end.signal === null) {
    return new AppError('HOST_UNREACHABLE', `The connection to ${host} broke while ${doing}`)
  }
  const how = end.code === null ? `signal ${end.signal}` : `exit code ${end.code}`
  return new AppError('HOST_ERROR', `${host} failed while ${doing}: ${reason || how}`)
}
