/**
 * Finds what a push of a folder sends: all that git does not ignore there, and `.git`. Runs in a file worker: between questions to git
 * it only makes plain file calls. Git says what is ignored, the walk says what is there; nothing is sent that the walk has not seen.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, displayPath, toBytePath } from '../byte-path.ts'
import { enclosingScope, explainIgnored, type IgnoreScope, listIgnored, ownScope, withScratchScope } from './ignore-scope.ts'
import type { Manifest } from './manifest.ts'
import { type SkippedEntry, TreeWalk } from './tree-walk.ts'
import type { TaskContext } from './worker-protocol.ts'

export type ScanInput = {
  /** Absolute, as text. */
  folder: string
  /** Epoch milliseconds: what changed just before it is racy. */
  now: number
  /** How many of the skipped paths are told with their rules; 0 saves the question. */
  explain: number
  /** Nothing is left out: it was decided before what is in the folder. */
  takesAll?: boolean
}
export type ScanResult = {
  manifest: Manifest
  warnings: string[]
  skipped: { path: string; rule: string }[]
  isSkippedCut: boolean
}
type Explained = { walk: TreeWalk; scopes: IgnoreScope[] }

/** Repositories below the folder that are asked at once. */
const GITS_AT_ONCE = 4

/** @throws {AppError} `NOT_FOUND`, `BAD_INPUT` naming what cannot be read, `MISSING_TOOL`, `CANCELLED`, `TIMEOUT`. */
export async function scanFolder(input: ScanInput, context: TaskContext): Promise<ScanResult> {
  const folder = resolveFolder(input.folder)
  const walk = new TreeWalk({ folder, now: input.now, context })
  const scopes = input.takesAll ? takeAll(walk) : await walkAll(walk, folder, context.signal)
  walk.throwUnreadable(input.folder)
  const told = walk.skipped.slice(0, input.explain)
  return {
    manifest: walk.found.pack(),
    warnings: warningsFor(folder),
    skipped: told.length > 0 ? await explainAll(told, { walk, scopes }, context.signal) : [],
    isSkippedCut: walk.skipped.length > told.length,
  }
}

function takeAll(walk: TreeWalk): IgnoreScope[] {
  walk.walk('')
  return []
}

async function walkAll(walk: TreeWalk, folder: string, signal: AbortSignal): Promise<IgnoreScope[]> {
  const outer = await outerScope(walk, folder, signal)
  walk.ignore(outer.ignored)
  walk.walk('')
  const scopes = outer.scope ? [outer.scope] : []
  // A repository in the folder has rules of its own. Going through it may find more of them.
  for (let nested = walk.takeNested(GITS_AT_ONCE); nested.length > 0; nested = walk.takeNested(GITS_AT_ONCE)) {
    const found = nested.map(path => ownScope(`${folder}/${path}`, `${path}/`))
    const answers = await Promise.all(found.map(scope => listIgnored(scope, signal)))
    for (const [index, path] of nested.entries()) {
      const ignored = answers[index]
      // What only looks like a repository belongs to the one around it, whose rules are known already.
      if (ignored) walk.ignore(ignored)
      const scope = found[index]
      if (ignored && scope) scopes.push(scope)
      walk.walk(path)
    }
  }
  return scopes
}

/** What holds at the folder's top. The scratch repository is gone when the answer is there: explaining makes another. */
async function outerScope(
  walk: TreeWalk,
  folder: string,
  signal: AbortSignal,
): Promise<{ scope: IgnoreScope | null; ignored: string[] }> {
  try {
    const enclosing = await enclosingScope(folder, signal)
    if (enclosing) return enclosing
    const ignored = await withScratchScope(folder, scope => listIgnored(scope, signal))
    return { scope: null, ignored: ignored ?? [] }
  } catch (error) {
    const isGitMissing = error instanceof AppError && error.code === 'MISSING_TOOL'
    if (!isGitMissing || walk.hasIgnoreFile()) throw error
    return { scope: null, ignored: [] }
  }
}

async function explainAll(told: SkippedEntry[], known: Explained, signal: AbortSignal): Promise<ScanResult['skipped']> {
  const rules = new Map<string, string>()
  const byScope = Map.groupBy(
    told.filter(entry => entry.reason === null),
    // The innermost repository around it decided.
    entry => known.scopes.findLast(scope => entry.path.startsWith(scope.prefix)) ?? null,
  )
  for (const [scope, entries] of byScope) {
    const paths = entries.map(entry => entry.path)
    const found = scope
      ? await explainIgnored(scope, paths, signal)
      : await withScratchScope(known.walk.folder, scratch => explainIgnored(scratch, paths, signal))
    for (const [path, rule] of found) rules.set(path, rule)
  }
  return told.map(({ path, reason }) => ({ path: displayPath(path), rule: reason ?? rules.get(path) ?? 'ignored by git' }))
}

function resolveFolder(folder: string): string {
  try {
    if (!statSync(folder).isDirectory()) throw new AppError('BAD_INPUT', `${folder} is not a folder`)
    const real = realpathSync.native(bytesOf(toBytePath(folder)), 'latin1')
    return real === '/' ? '' : real
  } catch (error) {
    if (error instanceof AppError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new AppError('NOT_FOUND', `There is no folder ${folder}`)
    throw new AppError('BAD_INPUT', `The folder ${folder} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** What is sent as it is, and will not work on the other side. */
function warningsFor(folder: string): string[] {
  const dotGit = statSync(bytesOf(`${folder}/.git`), { throwIfNoEntry: false })
  if (dotGit?.isFile()) {
    return [
      '.git is a file that points to a repository elsewhere (a worktree or submodule), which is not sent: git will not work there',
    ]
  }
  if (existsSync(bytesOf(`${folder}/.git/objects/info/alternates`))) {
    return ['.git borrows objects from another repository (alternates), which is not sent: git may miss them there']
  }
  return []
}
