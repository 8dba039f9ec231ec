/** Help on the terminal, made from the table: a page of all verbs, and a page for each in the manner of a man page. */
import type { Cli } from './cli.ts'
import { COMMON_FLAGS, type FlagSpec, flagsOf, type Program, synopsis, type VerbGroup, type VerbSpec } from './spec.ts'
import { padToWidth } from './width.ts'

const MAX_WIDTH = 100
const INDENT = '    '
export const GROUP_TITLES: Readonly<Record<VerbGroup, string>> = {
  jobs: 'Jobs',
  processes: 'Processes',
  apps: 'Apps',
  hosts: 'Hosts',
  core: 'Drover itself',
  help: 'Help',
}
export const COMMON_EXITS: readonly { code: string; means: string }[] = [
  { code: '0', means: 'Done.' },
  { code: '1', means: 'It failed; stderr says why and what to do next.' },
  { code: '2', means: 'The command line was wrong; nothing was done.' },
]
export const FILES: readonly { path: string; what: string }[] = [
  { path: '~/.config/drover/config.yaml', what: 'The config. XDG_CONFIG_HOME is heeded.' },
  { path: '~/.local/share/drover/drover.db', what: 'Jobs and what is known of hosts. XDG_DATA_HOME is heeded.' },
  { path: '~/.local/state/drover/core.log', what: 'The log of the core. XDG_STATE_HOME is heeded.' },
  { path: '$XDG_RUNTIME_DIR/drover/core.sock', what: 'Where the core is spoken to.' },
]
export const VARIABLES: readonly { name: string; what: string }[] = [
  { name: 'NO_COLOR', what: 'No colours, whatever its value.' },
  { name: 'VISUAL, EDITOR', what: 'The editor of drover config edit.' },
  { name: 'DROVER_DEBUG', what: 'Print where in Drover a mistake of its own happened.' },
]

export function showProgramHelp(cli: Cli): number {
  if (cli.out.isJson) cli.out.json(cli.program)
  else for (const line of programHelp(cli.program, pageOf(cli))) cli.out.line(line)
  return 0
}

export function showVerb(cli: Cli, verb: VerbSpec): number {
  if (cli.out.isJson) cli.out.json(verb)
  else for (const line of verbHelp(cli.program, verb, pageOf(cli))) cli.out.line(line)
  return 0
}

export type Page = { width: number; title(text: string): string }

export function programHelp(program: Program, page: Page): string[] {
  const lines = [`${program.name}: ${program.summary}`, '', ...program.about.flatMap(text => wrap(text, '', page.width))]
  for (const group of Object.keys(GROUP_TITLES) as VerbGroup[]) {
    const verbs = program.verbs.filter(verb => verb.group === group)
    if (verbs.length > 0)
      lines.push(
        '',
        page.title(GROUP_TITLES[group]),
        ...pairs(
          verbs.map(verb => nameAndSummary(program, verb)),
          page,
        ),
      )
  }
  lines.push('', `More on one of them: ${program.name} help VERB`)
  return lines
}

export function verbHelp(program: Program, verb: VerbSpec, page: Page): string[] {
  const { width } = page
  const section = (title: string, body: readonly string[]) => (body.length > 0 ? ['', page.title(title), ...body] : [])
  const name = [program.name, verb.path].filter(Boolean).join(' ')
  const aliases = (verb.aliases ?? []).map(alias => `${program.name} ${alias}`)
  return [
    `${name}: ${verb.summary}`,
    ...section('Synopsis', wrap(synopsis(program.name, verb), INDENT, width)),
    ...section('Also as', aliases.length > 0 ? wrap(aliases.join(', '), INDENT, width) : []),
    ...section('Description', paragraphs(verb.about, width)),
    ...section(
      'Operands',
      pairs(
        (verb.operands ?? []).map(operand => [operand.name, operand.help]),
        page,
      ),
    ),
    ...section(
      'Options',
      pairs(
        flagsOf(verb).map(flag => [flagTitle(flag), flagHelp(flag)]),
        page,
      ),
    ),
    ...section(
      'Examples',
      pairs(
        verb.examples.map(example => [example.run, example.does]),
        page,
      ),
    ),
    ...section(
      'Exit codes',
      pairs(
        exitsOf(verb).map(({ code, means }) => [code, means]),
        page,
      ),
    ),
    ...section(
      'Files',
      pairs(
        FILES.map(({ path, what }) => [path, what]),
        page,
      ),
    ),
  ]
}

/** A verb's own meaning of a code stands in place of the common one. */
export function exitsOf(verb: VerbSpec): { code: string; means: string }[] {
  const own = verb.exits ?? []
  const isOwn = (code: string) => own.some(exit => exit.code === code) || (code !== '2' && verb.givesJobExit === true)
  return [...own, ...COMMON_EXITS.filter(exit => !isOwn(exit.code))]
}

export function flagTitle(flag: FlagSpec): string {
  const long = flag.value === undefined ? `--${flag.name}` : `--${flag.name} ${flag.value.name}`
  return flag.short === undefined ? long : `-${flag.short}, ${long}`
}

export function flagHelp(flag: FlagSpec): string {
  const isCommon = COMMON_FLAGS.includes(flag)
  const choices = flag.value?.choices !== undefined && !isCommon ? ` One of: ${flag.value.choices.join(', ')}.` : ''
  return `${flag.help}${choices}${flag.isRepeated ? ' May be given several times.' : ''}`
}

function nameAndSummary(program: Program, verb: VerbSpec): [string, string] {
  return [verb.path === '' ? synopsis(program.name, { ...verb, flags: [] }) : verb.path, verb.summary]
}

function pageOf(cli: Cli): Page {
  const width = cli.out.isTerminal ? Math.min(MAX_WIDTH, cli.out.columns) : MAX_WIDTH
  return { width, title: text => cli.out.paint('bold', text) }
}

function paragraphs(texts: readonly string[], width: number): string[] {
  return texts.flatMap((text, index) => [...(index > 0 ? [''] : []), ...wrap(text, INDENT, width)])
}

/** Two columns; a left text that is too wide for its column has a line of its own. */
function pairs(rows: readonly (readonly [string, string] | readonly string[])[], page: Page): string[] {
  const left = Math.min(26, Math.max(0, ...rows.map(([name = '']) => name.length))) + 2
  return rows.flatMap(([name = '', text = '']) => {
    const [first = '', ...rest] = wrap(text, '', Math.max(20, page.width - INDENT.length - left))
    const further = rest.map(line => INDENT + ' '.repeat(left) + line)
    if (name.length + 2 <= left || text === '') return [`${INDENT}${padToWidth(name, left)}${first}`.trimEnd(), ...further]
    return [`${INDENT}${name}`, `${INDENT}${' '.repeat(left)}${first}`, ...further]
  })
}

function wrap(text: string, indent: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line]
}
