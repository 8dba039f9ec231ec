/** Makes folders for tests as a short list says, git repositories among them, and looks at what is in a folder. */
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A file for each path, with its folders; a path that ends in `/` is an empty folder. */
export function makeTree(root: string, files: Readonly<Record<string, string>> | readonly string[]): void {
  const pairs = Array.isArray(files) ? files.map(path => [path, `content of ${path}\n`] as const) : Object.entries(files)
  for (const [path, content] of pairs) {
    mkdirSync(path.endsWith('/') ? join(root, path) : dirname(join(root, path)), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(join(root, path), content)
  }
}

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/',
      ...(process.env.XDG_CONFIG_HOME !== undefined && { XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME }),
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.org',
    },
  })
}

/** Makes the folder a repository with one commit of all that is not ignored. */
export function makeRepository(root: string): void {
  mkdirSync(root, { recursive: true })
  git(root, 'init', '-q', '-b', 'main')
  git(root, 'add', '-A')
  git(root, 'commit', '-q', '--allow-empty', '-m', 'first')
}

export type TreeListing = Map<string, string>

/** Everything below a folder: byte path → what it is, with mode and content or target. Times are not in it. */
export function listTree(root: string): TreeListing {
  const found: TreeListing = new Map()
  const visit = (path: string) => {
    for (const name of readdirSync(bytes(root, path), 'latin1')) {
      const child = path === '' ? name : `${path}/${name}`
      const place = bytes(root, child)
      const stat = lstatSync(place)
      const mode = (stat.mode & 0o7777).toString(8)
      if (stat.isDirectory()) {
        found.set(child, `dir ${mode}`)
        visit(child)
      } else if (stat.isSymbolicLink()) found.set(child, `link ${readlinkSync(place, 'latin1')}`)
      else found.set(child, `file ${mode} ${readFileSync(place, 'latin1')}`)
    }
  }
  visit('')
  return found
}

function bytes(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(root), Buffer.from(`/${path}`, 'latin1')])
}
