/**
 * What a sync begins with: the host's packed manifest against the one of a scan. Runs in a file worker, and unpacks there, so that the
 * core itself never holds more of a host's manifest than what crosses the network.
 */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { AppError } from '../../../shared/errors.ts'
import { openManifest } from './manifest.ts'
import { type DiffResult, diffManifests } from './manifest-diff.ts'

export type CompareInput = {
  /** What lies with the copy, packed by gzip. Null: the copy is empty. */
  before: Uint8Array | null
  /** What the host says its copy holds; null or another one than that of `before` if the sync that wrote it did not come to its end. */
  stamp: string | null
  after: Uint8Array
  /** As in `DiffInput`. */
  replaces: boolean
}
/** `manifest` is packed by gzip. */
export type CompareResult = DiffResult

/** Of a host's manifest, unpacked: some million files. */
export const MANIFEST_LIMIT_BYTES = 512 * 1024 * 1024

/** @throws {AppError} `PROTOCOL` if `before` is damaged. */
export async function compareManifests({ before: packed, stamp, after, replaces }: CompareInput): Promise<CompareResult> {
  const before = packed && (await unpacked(packed))
  const isComplete = before === null || (stamp !== null && openManifest(before).stamp === stamp)
  const diff = await diffManifests({ before, after, isComplete, replaces })
  return { ...diff, manifest: new Uint8Array(await promisify(gzip)(diff.manifest, { level: 1 })) }
}

async function unpacked(packed: Uint8Array): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(packed, { maxOutputLength: MANIFEST_LIMIT_BYTES })
  } catch (cause) {
    throw new AppError('PROTOCOL', "The list of what the host's copy holds cannot be unpacked", { cause })
  }
}
