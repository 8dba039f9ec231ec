/**
 * What apps a host has, as its agent tells: the list of its desktop entries, and the text of those that are new or changed since. Reads
 * the host, keeps nothing. A host is not trusted: how many entries it has, and how long they are, is bounded here.
 */
import type { DesktopEntry } from '../../shared/app.ts'
import { AppError } from '../../shared/errors.ts'
import { decodeField } from '../hosts/agent-protocol.ts'
import type { Live } from '../hosts/host-link.ts'
import { run } from '../hosts/transport.ts'
import { hostFailure } from '../jobs/sync/transfer.ts'
import type { AppRow } from '../store/app-table.ts'
import { readDesktopEntry } from './desktop-entry.ts'
import { MAX_ENTRY_BYTES } from './desktop-entry-file.ts'

/** A desktop entry as it lies on a host; `id` as the specification makes it of its place. */
type Found = { id: string; path: string; stamp: string }

/** Of DesktopEntry: with another, what was kept by an older Drover is read anew. */
const FORMAT = 'a'
const MOST_ENTRIES = 3_000
const MAX_LIST_BYTES = 1024 * 1024
/** A big desktop has some megabytes of entries. */
const MAX_TEXT_BYTES = 32 * 1024 * 1024
const SCAN_MS = 120_000

/**
 * The rows of all apps of the host as they are now. What stands in `known` with the same stamp is taken from there.
 *
 * @throws {AppError} `HOST_UNREACHABLE`, `HOST_ERROR`, `TIMEOUT`, `PROTOCOL`
 */
export async function scanApps(host: string, live: Live, known: readonly AppRow[]): Promise<AppRow[]> {
  const found = await listEntries(host, live)
  const before = new Map(known.map(row => [row.path, row]))
  const changed = found.filter(({ path, stamp }) => before.get(path)?.stamp !== stamp)
  const texts = await readEntries(host, live, changed)
  const rows = found.flatMap(({ id, path, stamp }): AppRow[] => {
    const kept = before.get(path)
    if (kept?.stamp === stamp) return [{ ...kept, id }]
    const text = texts.get(path)
    return text === undefined ? [] : [{ host, id, path, stamp, entry: entryOf(text), isMissing: false }]
  })
  return await withPrograms(host, live, rows)
}

/** The first of an id hides the others, also when it says that it is deleted: so a person takes an app out of his menu. */
async function listEntries(host: string, live: Live): Promise<Found[]> {
  const { commands } = live.agent
  const stdout = await ask(host, live, { command: commands.listApps(MOST_ENTRIES + 100), maxBytes: MAX_LIST_BYTES })
  const found = new Map<string, Found>()
  let folder: string | null = null
  // A line that was cut, or is none of the agent's, is no entry.
  for (const line of stdout.toString('latin1').split('\n')) {
    if (line.startsWith('in =')) folder = decodeField(line.slice(3))
    const [, size, times, name] = /^(\d{1,12}) (-?\d{1,12} -?\d{1,12}) \.\/(.{1,1024}\.desktop)$/.exec(line) ?? []
    if (folder === null || size === undefined || name === undefined || found.size >= MOST_ENTRIES) continue
    const relative = Buffer.from(name, 'latin1').toString('utf8')
    const id = relative.slice(0, -'.desktop'.length).replaceAll('/', '-')
    if (!isAppId(id) || found.has(id)) continue
    found.set(id, { id, path: `${folder}/${relative}`, stamp: `${FORMAT} ${size} ${times}` })
  }
  return [...found.values()]
}

/** What an app may be called here: what specification and practice have, and nothing that a path or a shell could misread. */
export function isAppId(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.+@ -]{0,199}$/.test(text) && !text.endsWith(' ')
}

async function readEntries(host: string, live: Live, wanted: readonly Found[]): Promise<Map<string, string>> {
  if (wanted.length === 0) return new Map()
  const input = wanted.map(({ path }) => `${path}\0`).join('')
  const stdout = await ask(host, live, { command: live.agent.commands.readApps(), input, maxBytes: MAX_TEXT_BYTES })
  const texts = stdout.toString('utf8').split('\0')
  // Of what was cut at the end we know nothing: it is asked for again the next time.
  return new Map(wanted.slice(0, texts.length - 1).map(({ path }, index) => [path, texts[index] ?? '']))
}

/** Null for what is none, or cannot be read: it stays known by its stamp, and is not asked for again. */
function entryOf(text: string): DesktopEntry | null {
  if (Buffer.byteLength(text) > MAX_ENTRY_BYTES) return null
  try {
    return readDesktopEntry(text)
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

/** Asked each time: a program comes and goes without its entry's changing. */
async function withPrograms(host: string, live: Live, rows: readonly AppRow[]): Promise<AppRow[]> {
  const names = [...new Set(rows.flatMap(({ entry }) => entry?.tryExec ?? []))].filter(name => /^[A-Za-z0-9_/][^\0]*$/.test(name))
  if (names.length === 0) return rows.map(row => ({ ...row, isMissing: false }))
  const input = names.map(name => `${name}\0`).join('')
  const stdout = await ask(host, live, { command: live.agent.commands.hasPrograms(), input, maxBytes: MAX_LIST_BYTES })
  const answers = stdout.toString('latin1').split('\n')
  const missing = new Set(names.filter((_, index) => answers[index] === '0'))
  return rows.map(row => ({ ...row, isMissing: missing.has(row.entry?.tryExec ?? '') }))
}

type Question = { command: string; input?: string; maxBytes: number }

async function ask(host: string, { transport }: Live, { command, input = '', maxBytes }: Question): Promise<Buffer> {
  const signal = AbortSignal.timeout(SCAN_MS)
  const { stdout, stderr, ...end } = await run(transport, command, { input, maxBytes, signal })
  const said = stderr.trim().split('\n').at(-1) ?? ''
  const failure = hostFailure(host, 'listing its apps', { end, said })
  if (failure) throw failure
  return stdout
}
