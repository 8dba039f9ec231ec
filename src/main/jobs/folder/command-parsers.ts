/**
 * Reads from the files that a folder's tools keep in it which commands one would run there. Pure, and wary: the folder may be anyone's,
 * so only names of plain characters are taken, and what is no such file gives nothing.
 */

/** `source`: the file it was found in. */
export type FoundCommand = { command: string; source: string }

/** No blanks, quotes or shell characters, and no dash at the beginning: such a name is the same word in every shell. */
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9_:./-]{0,60}$/

/** `runner`: npm, pnpm, yarn or bun, by the lock file beside it. */
export function packageScripts(text: string, runner: string): string[] {
  const scripts = field(parsedJson(text), 'scripts')
  if (typeof scripts !== 'object' || scripts === null || Array.isArray(scripts)) return []
  const names = Object.keys(scripts).filter(name => PLAIN_NAME.test(name) && !/^(pre|post)(install|publish|pack)$/.test(name))
  return names.map(name => (name === 'test' || name === 'start' ? `${runner} ${name}` : `${runner} run ${name}`))
}

/** In the order of the file; `make` alone, which builds the first, stands before them. */
export function makeTargets(text: string): string[] {
  const targets = new Set<string>()
  for (const line of text.split('\n')) {
    // `=` after the colon makes it a variable. A tab before it makes it a recipe.
    const [, names] = /^([A-Za-z0-9_][^:=#\t]*):(?![:=])/.exec(line.slice(0, 1_000)) ?? []
    for (const name of names?.trim().split(/ +/) ?? []) if (PLAIN_NAME.test(name)) targets.add(name)
  }
  return targets.size === 0 ? [] : ['make', ...[...targets].map(name => `make ${name}`)]
}

export function justRecipes(text: string): string[] {
  const names = text
    .split('\n')
    .flatMap(line => /^@?([A-Za-z0-9_][A-Za-z0-9_-]*)[^:=#]*:(?!=)/.exec(line.slice(0, 1_000))?.[1] ?? [])
  return [...new Set(names)].filter(name => PLAIN_NAME.test(name)).map(name => `just ${name}`)
}

export function cargoCommands(text: string): string[] {
  if (!/^\[(package|workspace)\]/m.test(text)) return []
  return ['cargo test', 'cargo build --release', ...(/^\[package\]/m.test(text) ? ['cargo run --release'] : [])]
}

/** The scripts that the project declares, and its tests where it configures pytest. */
export function pythonCommands(text: string): string[] {
  const sections = tomlSections(text)
  const isPoetry = sections.has('tool.poetry')
  const runner = isPoetry ? 'poetry run' : sections.has('tool.uv') ? 'uv run' : ''
  const named = [...(sections.get('project.scripts') ?? []), ...(sections.get('tool.poetry.scripts') ?? [])]
  const commands = named.filter(name => PLAIN_NAME.test(name))
  if (sections.has('tool.pytest.ini_options') || sections.has('tool.pytest')) commands.push('pytest')
  return commands.map(command => `${runner} ${command}`.trim())
}

/** Of each section the keys in it. Enough of TOML to find names; values are not looked at. */
function tomlSections(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>()
  let keys: string[] = []
  for (const line of text.split('\n')) {
    const [, section] = /^\[([A-Za-z0-9_.-]+)\]\s*(?:#.*)?$/.exec(line.slice(0, 1_000)) ?? []
    if (section !== undefined) {
      keys = sections.get(section) ?? []
      sections.set(section, keys)
    }
    const [, key] = /^"?([A-Za-z0-9_.-]+)"?\s*=/.exec(line.slice(0, 1_000)) ?? []
    if (key !== undefined) keys.push(key)
  }
  return sections
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // Half written, or no JSON at all: it tells of no command.
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : null
}
