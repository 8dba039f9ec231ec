/** The push dialog's form: what was typed, what it means, what is wrong with it. Pure, but for the draft, which outlives the dialog. */
import { create } from 'zustand'
import type { Input } from '../../../shared/contract.ts'
import type { JobView } from '../../../shared/domain.ts'
import { isDropped, lastingFolder } from '../../../shared/drop.ts'
import type { ErrorBody } from '../../../shared/errors.ts'
import { commandText } from '../../../shared/format.ts'

export type PushForm = {
  folder: string
  command: string
  /** `auto` or a host's name; empty for the default. */
  host: string
  /** One pattern a line, or with commas between. */
  pull: string
  isSent: boolean
  hasTerminal: boolean
  /** `NAME=value`, one a line. */
  env: string
}
export type PushField = 'folder' | 'command' | 'host' | 'pull' | 'env'
export type PushProblem = { field: PushField | null; message: string }

const EMPTY: PushForm = { folder: '', command: '', host: '', pull: '', isSent: true, hasTerminal: true, env: '' }
/** Attaching gives it the true size. */
const FIRST_SIZE = { columns: 120, rows: 32 }
const HOST_CODES: ReadonlySet<string> = new Set([
  'HOST_UNREACHABLE',
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_CHANGED',
  'AUTH_FAILED',
  'KEY_LOCKED',
  'NO_HOST',
  'HOST_ERROR',
])

/** Kept when the dialog is closed by accident; gone once it was pushed, or with the window. */
export const usePushDraft = create<PushForm>()(() => EMPTY)

export function changeDraft(change: Partial<PushForm>): void {
  usePushDraft.setState(change)
}

export function clearDraft(): void {
  usePushDraft.setState(EMPTY)
}

/** The folder as an absolute path: `~` is the home of the core's user. Null while it is none. */
export function folderPath(typed: string, home: string | null): string | null {
  const text = typed.trim()
  const path = home !== null && (text === '~' || text.startsWith('~/')) ? home + text.slice(1) : text
  if (!path.startsWith('/')) return null
  return path === '/' ? path : path.replace(/\/+$/, '') || '/'
}

/** The folder whose sub-folders are offered while a path is typed: what is there up to its last slash. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

export function pullPatterns(text: string): string[] {
  const patterns = text.split(/[,\n]/).map(pattern => pattern.trim())
  return [...new Set(patterns.filter(pattern => pattern !== ''))]
}

/** @returns the first line that is no `NAME=value` as `problem`. */
export function envOf(text: string): { env: Record<string, string>; problem: string | null } {
  const env: Record<string, string> = {}
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const [, name, value = ''] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? []
    if (name === undefined || name === '__proto__') return { env: {}, problem: `“${line.trim()}” is not NAME=value` }
    env[name] = value
  }
  return { env, problem: null }
}

/**
 * What is asked of the core; or the field that keeps it from being asked. `folder`: what the form's means, or the one that was dropped.
 * `jobId`: sent twice, it runs once.
 */
export function pushInput(
  form: PushForm,
  { folder, jobId }: { folder: string | null; jobId: string | undefined },
): { input: Input<'job.push'> } | { problem: PushProblem } {
  if (form.command.trim() === '') return { problem: { field: 'command', message: 'What is to be run there?' } }
  if (form.folder.trim() !== '' && folder === null)
    return { problem: { field: 'folder', message: 'A folder begins with / or ~/' } }
  if (form.isSent && folder === null) return { problem: { field: 'folder', message: 'Which folder is to be sent?' } }
  const { env, problem } = envOf(form.env)
  if (problem !== null) return { problem: { field: 'env', message: problem } }
  return {
    input: {
      command: { line: form.command.trim() },
      folder,
      sync: form.isSent,
      host: form.host === '' ? null : form.host,
      env,
      pull: pullPatterns(form.pull),
      terminal: form.hasTerminal ? FIRST_SIZE : null,
      ...(jobId !== undefined && { jobId }),
    },
  }
}

/** Beside which field an answer of the core belongs. */
export function problemOf(error: ErrorBody, folder: string | null): PushProblem {
  const { code, message } = error
  if (folder !== null && !isDropped(folder) && message.includes(folder)) return { field: 'folder', message }
  return { field: HOST_CODES.has(code) ? 'host' : null, message }
}

/** Folders that were pushed, the last one first. */
export function knownFolders(jobs: readonly JobView[], most = 30): string[] {
  const folders = new Set<string>()
  for (const { folder, isForeign } of jobs) {
    // One that was dropped stands where nobody would look for it.
    if (folder !== null && !isForeign && !isDropped(folder)) folders.add(folder)
    if (folders.size === most) break
  }
  return [...folders]
}

/** What was run in a folder, the last one first, each once. */
export function commandHistory(jobs: readonly JobView[], folder: string | null, most = 50): string[] {
  const commands = new Set<string>()
  const lasting = folder && lastingFolder(folder)
  for (const job of jobs) {
    if ((job.folder && lastingFolder(job.folder)) === lasting && !job.isForeign) commands.add(commandText(job.command))
    if (commands.size === most) break
  }
  return [...commands]
}
