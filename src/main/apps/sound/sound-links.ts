/** The ways by which apps of a host play here: beside the link that draws them a gate, and a forward to it over the same connection. */
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { requireSocketPath } from '../../hosts/openssh-master.ts'
import { forwardSound, type MasterOptions } from '../display-master.ts'
import type { DisplayRecords, GateRecord, MasterRecord } from '../display-records.ts'
import { isRunning } from '../process-mark.ts'
import { endGate, startGate } from './sound-gate.ts'

/** The socket there, if all of the way is open. */
export function knownSound(master: MasterRecord, serverPath: string, records: DisplayRecords): string | null {
  const sound = soundOf(master, serverPath)
  const gate = gatesOf(records).find(({ id }) => id === sound?.gateId)
  return sound && gate && isRunning(gate.mark) ? sound.remoteSocket : null
}

/**
 * Opens what is missing of it. A gate that was lost is begun anew where it listened, so that what was forwarded to it still is.
 *
 * @throws {AppError} `TIMEOUT`, `HOST_ERROR`
 */
export async function openSound(
  master: MasterRecord,
  serverPath: string,
  how: MasterOptions & { env: NodeJS.ProcessEnv },
): Promise<string> {
  const known = knownSound(master, serverPath, how.records)
  if (known !== null) return known
  const before = soundOf(master, serverPath)
  const sound = before ?? newSound(master, serverPath, how.settings.runtimeDir)
  const { gateId: id, socketPath } = sound
  await startGate({ id, host: master.host, masterId: master.id, socketPath, serverPath }, how)
  if (before === undefined) await forwardSound(master, sound, how)
  return sound.remoteSocket
}

/** Ends the gates of hosts that may not play here, and of connections that are gone. */
export function endSound(records: DisplayRecords, mayPlay: (host: string) => boolean): void {
  const masters = new Set(records.list().flatMap(record => (record.kind === 'master' ? [record.id] : [])))
  for (const gate of gatesOf(records)) {
    if (!mayPlay(gate.host) || !masters.has(gate.masterId) || !isRunning(gate.mark)) endGate(gate, records)
  }
}

/** Beside the display's sockets, in the folder there that is nobody else's. */
function newSound(master: MasterRecord, serverPath: string, runtimeDir: string): MasterRecord['sounds'][number] {
  const gateId = randomBytes(4).toString('hex')
  const socketPath = join(runtimeDir, `g${gateId}`)
  requireSocketPath(socketPath)
  const folder = dirname(master.forwards[0]?.remoteSocket ?? '')
  return { gateId, socketPath, serverPath, remoteSocket: `${folder}/s${randomBytes(6).toString('hex')}` }
}

function soundOf(master: MasterRecord, serverPath: string) {
  return master.sounds.find(sound => sound.serverPath === serverPath)
}

function gatesOf(records: DisplayRecords): GateRecord[] {
  return records.list().filter(record => record.kind === 'gate')
}
