/**
 * What the two commands a newcomer types need before anything is installed: plain JavaScript for any Node from 20.19 on,
 * without packages. Installs, finds the project's own Node, and knows whether out/ is older than the sources.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const LEAST_NODE = [20, 19]
const OWN_NODE_MAJOR = 24
/** Holds the hash of the lock file that was installed last. In node_modules, so that it goes with it. */
const STAMP = join(root, 'node_modules/.drover-installed')

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return
  stop(`Drover needs Node ${LEAST_NODE.join('.')} or newer to install itself; this is ${process.version}. See https://nodejs.org`)
}

/** Installs the packages when they are missing or package-lock.json has changed since. */
export function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return
  console.log('Installing packages …')
  // Not `npm ci`: it refuses a lock file that does not name the parts of other platforms, which a registry need not have.
  // This installs the same locked versions and leaves the lock file as it is.
  run('npm', ['install', '--no-save', '--loglevel=error'])
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, wanted)
}

/** The Node the product runs on: its own, which npm brought with the packages, or this one where there is none for this machine. */
export function ownNode() {
  const own = join(root, 'node_modules/.bin/node')
  if (existsSync(own)) return realpathSync(own)
  if (Number(process.versions.node.split('.')[0]) >= OWN_NODE_MAJOR) return process.execPath
  return stop(
    `There is no Node ${OWN_NODE_MAJOR} for ${process.platform} ${process.arch} among the packages; install one yourself and run this with it`,
  )
}

/** Builds when a source is newer than out/. */
export function build() {
  if (!isBuildOld()) return
  console.log('Building …')
  run(ownNode(), [join(root, 'scripts/build.ts')])
}

/** Runs it in the project's folder, with its Node first in PATH, and stops with its exit code if it fails. */
export function run(command, args) {
  const { status, signal, error } = tryRun(command, args)
  if (error) stop(`Cannot run ${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? (signal ? 1 : 0))
}

export function tryRun(command, args, options = {}) {
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`, ...options.env }
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options, env })
}

export function stop(message) {
  console.error(message)
  process.exit(1)
}

function isBuildOld() {
  const built = statSync(join(root, 'out/.built'), { throwIfNoEntry: false })
  if (!built) return true
  const inputs = ['package.json', 'package-lock.json', 'scripts/build.ts', 'scripts/bundles.ts'].map(name => join(root, name))
  return [...inputs, ...sources(join(root, 'src'))].some(path => statSync(path).mtimeMs > built.mtimeMs)
}

/** Files and folders: a folder is newer when a file in it was removed or renamed. */
function sources(folder) {
  const found = [folder]
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...sources(path))
    else if (!entry.name.endsWith('.test.ts')) found.push(path)
  }
  return found
}
