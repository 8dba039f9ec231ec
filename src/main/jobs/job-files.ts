/** What stands in a job's workdir, folder by folder, as its host tells it. */
import type { JobFile } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { decodeField, violation } from '../hosts/agent-protocol.ts'
import type { Live } from '../hosts/host-link.ts'
import { run } from '../hosts/transport.ts'
import { hostFailure } from './sync/transfer.ts'

export const MOST_FILES = 5_000
/** The agent's exit code where there is no such folder. */
const NO_FOLDER = 4
const MAX_BYTES = 8 * 1024 * 1024

/** Folders first, then by name. @throws {AppError} `NOT_FOUND`, `HOST_ERROR`, `HOST_UNREACHABLE`. */
export async function listFiles(
  host: string,
  { transport, agent }: Live,
  { jobId, path }: { jobId: string; path: string },
): Promise<{ files: JobFile[]; isCut: boolean }> {
  const command = agent.commands.listFiles(jobId, path, MOST_FILES + 1)
  const { stdout, stderr, ...end } = await run(transport, command, { maxBytes: MAX_BYTES })
  const said = stderr.trim().split('\n').at(-1) ?? ''
  if (end.code === NO_FOLDER) throw new AppError('NOT_FOUND', said.replace(/^drover: /, ''))
  const failure = hostFailure(host, 'listing the files of a job', { end, said })
  if (failure) throw failure
  const lines = stdout.toString('latin1').split('\n').slice(0, -1)
  const files = lines.slice(0, MOST_FILES).map(parseFile)
  files.sort((a, b) => Number(b.type === 'folder') - Number(a.type === 'folder') || (a.name < b.name ? -1 : 1))
  return { files, isCut: lines.length > MOST_FILES }
}

const TYPES: Readonly<Record<string, JobFile['type']>> = { '8': 'file', '4': 'folder', a: 'link' }

function parseFile(line: string): JobFile {
  const [, mode = '', size, seconds, name = ''] = /^([0-9a-f]{1,8}) (\d{1,19}) (-?\d{1,12}) (\.\/.+|=.+)$/.exec(line) ?? []
  if (size === undefined) throw violation('a file', line)
  return {
    name: name.startsWith('=') ? decodeField(name) : Buffer.from(name.slice(2), 'latin1').toString('utf8'),
    type: TYPES[mode.slice(0, -3)] ?? 'other',
    sizeBytes: Number(size),
    modifiedAt: Number(seconds) * 1000,
  }
}
