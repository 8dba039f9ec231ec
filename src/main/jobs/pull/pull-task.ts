/**
 * The file worker's part of a pull: a staging folder beside the destination, the archive unpacked into it, and, once the host has said
 * that it sent all, everything moved to its place. Whatever happens, no staging folder is left.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { isAlive } from '../../is-alive.ts'
import { bytesOf, displayPath, toBytePath } from '../byte-path.ts'
import type { TaskContext } from '../sync/worker-protocol.ts'
import { Extraction } from './extraction.ts'
import { makeFolder, Placement } from './placement.ts'
import { PullPattern } from './pull-pattern.ts'

export type PullInput = {
  pattern: string
  /** Absolute, as text: a folder to put the matches in, or what the one match shall be called. */
  destination: string
  overwrite: boolean
  keepPaths: boolean
}
export type PullResult = {
  /** Where the matches are now, absolute, as people read them; the first thousand. */
  files: string[]
  /** Matches, and how much is in them. */
  matches: number
  fileCount: number
  totalBytes: number
  /** What was left out and why, a sentence each. */
  skipped: string[]
}

const NAMED_FILES = 1000
const STAGING = '.drover-pull-'

/** @throws {AppError} `PROTOCOL`, `CONFLICT`, `NOT_FOUND`, `DISK_FULL`, `BAD_INPUT`, `CANCELLED`. */
export async function pullTask(input: PullInput, context: TaskContext): Promise<PullResult> {
  const destination = resolveDestination(input.destination)
  const staging = toBytePath(makeStaging(destination.folder))
  try {
    const pattern = new PullPattern(input.pattern)
    const extraction = new Extraction({ staging, pattern, keepPaths: input.keepPaths, context })
    await extraction.run(context.feed())
    context.checkCancelled()
    const placement = new Placement({ overwrite: input.overwrite, checkCancelled: () => context.checkCancelled() })
    const files = place(extraction, placement, { staging, destination })
    const { files: fileCount, totalBytes, skipped } = extraction
    return { files: files.slice(0, NAMED_FILES).map(displayPath), matches: files.length, fileCount, totalBytes, skipped }
  } catch (error) {
    throw error instanceof AppError ? error : placeError(error, destination.folder)
  } finally {
    rmSync(bytesOf(staging), { recursive: true, force: true })
  }
}

/** `name` null: into the folder; else the one match gets this name in it. */
type Destination = { folder: string; name: string | null }

function resolveDestination(destination: string): Destination {
  const there = statSync(destination, { throwIfNoEntry: false })
  if (there?.isDirectory()) return { folder: destination, name: null }
  const folder = dirname(destination)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return { folder, name: basename(destination) }
  throw new AppError('NOT_FOUND', `There is no folder ${folder} to put files in. Make it with: mkdir -p ${folder}`)
}

/** Beside what will be there, so that a move is a rename. What a core that was killed left there goes first. */
function makeStaging(folder: string): string {
  try {
    for (const name of readdirSync(folder)) {
      const pid = name.startsWith(STAGING) ? Number(name.slice(STAGING.length).split('-')[0]) : Number.NaN
      if (Number.isSafeInteger(pid) && !isAlive(pid)) rmSync(join(folder, name), { recursive: true, force: true })
    }
    return mkdtempSync(join(folder, `${STAGING}${process.pid}-`))
  } catch (error) {
    throw placeError(error, folder)
  }
}

/** Gives the byte paths of the matches in their places. */
function place(
  extraction: Extraction,
  placement: Placement,
  { staging, destination }: { staging: string; destination: Destination },
): string[] {
  const roots = extraction.roots()
  const folder = toBytePath(destination.folder)
  const [first, ...others] = roots
  if (first !== undefined && others.length === 0 && destination.name !== null) {
    const target = `${folder}/${toBytePath(destination.name)}`
    placement.plan(`${staging}/${first}`, target)
    placement.run()
    return [target]
  }
  // Several matches under a name that is not there: a folder of that name takes them.
  const into = destination.name === null ? folder : `${folder}/${toBytePath(destination.name)}`
  if (roots.length > 0 && destination.name !== null) makeFolder(into)
  placement.plan(staging, into)
  placement.run()
  return roots.map(root => `${into}/${root}`)
}

function placeError(error: unknown, folder: string): AppError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('DISK_FULL', `No space left here for files in ${folder}`, { cause: error })
  return new AppError('BAD_INPUT', `Files could not be put into ${folder}: ${message}`, { cause: error })
}
