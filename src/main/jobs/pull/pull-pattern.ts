/**
 * The pattern of a pull, as the host's shell expands it: `*`, `?` and `[…]` in names, never across a `/`. The host names what matched
 * from the first part with a wildcard on, and we check it: a name that was not asked for is refused.
 */
import { AppError } from '../../../shared/errors.ts'
import { bytesOf, toBytePath } from '../byte-path.ts'

const WILDCARD = /[*?[]/

export class PullPattern {
  /** What a host may call a match in the archive, part by part. */
  readonly #names: readonly string[]
  /** The parts before those: where a match lies below the workdir. */
  readonly #base: readonly string[]
  /** The content of a folder was asked for (`.`, `out/.`): any name is. */
  readonly #isContent: boolean
  readonly #isBelowWorkdir: boolean

  /** @throws {AppError} `BAD_INPUT` if nothing could ever match. */
  constructor(pattern: string) {
    const raw = toBytePath(pattern)
      .split('/')
      .filter(part => part !== '')
    const parts = raw.filter(part => part !== '.')
    const wild = parts.findIndex(part => WILDCARD.test(part))
    const first = wild < 0 ? parts.length - 1 : wild
    this.#isContent = raw.length === 0 || raw.at(-1) === '.' || parts.at(-1) === '..'
    this.#isBelowWorkdir = !pattern.startsWith('/') && !parts.includes('..')
    this.#names = this.#isContent ? ['*'] : parts.slice(first)
    this.#base = this.#isContent ? parts : parts.slice(0, first)
    if (pattern === '' || pattern.includes('\0') || (wild >= 0 && parts.slice(wild).includes('..'))) {
      throw new AppError(
        'BAD_INPUT',
        `"${pattern}" cannot be pulled: a pattern is a path of the workdir, with wildcards in its names`,
      )
    }
  }

  /** The match that an archive's entry belongs to: so many first parts of its path. Null if it was not asked for. */
  rootOf(parts: readonly string[]): string[] | null {
    const root = parts.slice(0, this.#names.length)
    const isAskedFor = root.length === this.#names.length && this.#names.every((part, index) => this.#matches(part, root[index]))
    // A file whose own name holds wildcards is found by that name first.
    if (!isAskedFor && parts[0] === this.#names.at(-1)) return parts.slice(0, 1)
    return isAskedFor ? root : null
  }

  /** Where a match lies below the workdir; only its name if it lies elsewhere. */
  pathOf(root: readonly string[]): string[] {
    return this.#isBelowWorkdir ? [...this.#base, ...root] : root.slice(-1)
  }

  #matches(pattern: string, name: string | undefined): boolean {
    return name !== undefined && (this.#isContent || matches(pattern, name))
  }
}

/** Whether a shell may expand the pattern to this name. A `[…]` is taken as any one character: what it stands for is up to the locale. */
function matches(pattern: string, name: string): boolean {
  if (pattern === name) return true
  // A shell's star does not stand for hidden files.
  if (name.startsWith('.') && !/^\\?\./.test(pattern)) return false
  // Characters are bytes to one shell, and what UTF-8 makes of them to another: either may be right.
  return covers(tokens(pattern), [...name]) || covers(tokens(asText(pattern)), [...asText(name)])
}

type Token = { literal: string } | 'one' | 'many'

function tokens(pattern: string): Token[] {
  return Array.from(pattern.matchAll(/\\(.)|\[[!^]?\]?[^\]]*\]|./gsu), ([token, escaped]): Token => {
    if (token === '*') return 'many'
    return escaped === undefined && (token === '?' || token.length > 2) ? 'one' : { literal: escaped ?? token }
  })
}

/** Goes back to the last star only, so that no name makes it slow. */
function covers(pattern: readonly Token[], name: readonly string[]): boolean {
  let at = 0
  let star = -1
  let starTook = 0
  for (let index = 0; index < name.length; ) {
    const token = pattern[at]
    if (token === 'many') {
      star = at
      starTook = index
      at += 1
    } else if (token === 'one' || (token !== undefined && token.literal === name[index])) {
      at += 1
      index += 1
    } else if (star < 0) return false
    else {
      starTook += 1
      index = starTook
      at = star + 1
    }
  }
  return pattern.slice(at).every(token => token === 'many')
}

function asText(bytePath: string): string {
  return bytesOf(bytePath).toString('utf8')
}
