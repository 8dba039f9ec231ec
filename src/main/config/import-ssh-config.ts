/**
 * Reads the names that ~/.ssh/config gives to hosts, files it includes among them. Only the names: what one means is what `ssh -G`
 * says, so a host is imported as its alias. Patterns name no host.
 */
import { globSync } from 'node:fs'
import { readUserText } from './config-text.ts'
import { badLine, type NamedHost } from './named-host.ts'

/** As ssh itself has it. */
const MAX_DEPTH = 16

/** `home` is where `~` and included relative paths begin. @throws {AppError} `BAD_CONFIG` with file and line. */
export function sshConfigHosts(path: string, text: string, home: string): NamedHost[] {
  const seen = new Set<string>()
  return [...hostsIn({ path, text, depth: 0 }, home, seen)]
}

type ConfigFile = { path: string; text: string; depth: number }

function* hostsIn(file: ConfigFile, home: string, seen: Set<string>): Generator<NamedHost> {
  seen.add(file.path)
  for (const [index, line] of file.text.split('\n').entries()) {
    const place = `${file.path}:${index + 1}`
    const { keyword, rest } = splitLine(line, place)
    if (keyword === 'host') {
      for (const name of words(rest, place)) if (!/[*?!]/.test(name)) yield { name, connection: name, place }
    }
    if (keyword !== 'include') continue
    if (file.depth === MAX_DEPTH) badLine(place, `more than ${MAX_DEPTH} files include each other`)
    for (const path of words(rest, place).flatMap(pattern => includedFiles(pattern, home))) {
      // One that is included twice says nothing new, and one that includes itself never ends.
      const text = seen.has(path) ? null : readUserText(path)
      if (text !== null) yield* hostsIn({ path, text, depth: file.depth + 1 }, home, seen)
    }
  }
}

/** `Host a b`, `Host=a`, `  host = a`. An empty keyword for a line without one. */
function splitLine(line: string, place: string): { keyword: string; rest: string } {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return { keyword: '', rest: '' }
  const [, keyword = '', rest = ''] =
    /^([A-Za-z][A-Za-z0-9]*)(?:[ \t]*=[ \t]*|[ \t]+|$)(.*)$/.exec(text) ?? badLine(place, 'not a line of an ssh config')
  return { keyword: keyword.toLowerCase(), rest }
}

/** What ssh makes of an argument list: blanks between words, quotes of both kinds, backslashes, and `#` where a word may begin. */
function words(text: string, place: string): string[] {
  const found: string[] = []
  const pattern = /[ \t]*(?:(#.*)|((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\\.|[^\s"'\\])+))/y
  let end = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    end = pattern.lastIndex
    if (match[2] !== undefined) found.push(unquoted(match[2]))
  }
  if (text.slice(end).trim() !== '') badLine(place, 'a quote is not closed')
  if (found.length === 0) badLine(place, 'the name is missing')
  return found
}

function unquoted(word: string): string {
  return word.replace(
    /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\\(.)/g,
    (_all, double?: string, single?: string, escaped?: string) =>
      (double ?? single ?? escaped ?? '').replace(/\\(["'\\])/g, '$1'),
  )
}

/** In the order of their names, as glob(3) gives them. */
function includedFiles(pattern: string, home: string): string[] {
  const path = pattern.replace(/^~(?=\/)/, home)
  const absolute = path.startsWith('/') ? path : `${home}/.ssh/${path}`
  return /[*?[]/.test(absolute) ? globSync(absolute).toSorted() : [absolute]
}
