/** Writes docs/cli.md from the command line's own table: `node scripts/cli-docs.ts`. A test holds the file equal to it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beowulf, drover, p } from '../src/cli/commands.ts'
import { COMMON_EXITS, exitsOf, FILES, flagHelp, flagTitle, GROUP_TITLES, VARIABLES } from '../src/cli/help.ts'
import { COMMON_FLAGS, type Program, synopsis, type VerbGroup, type VerbSpec } from '../src/cli/spec.ts'

export const CLI_DOCS_PATH = join(import.meta.dirname, '../docs/cli.md')

export function cliDocs(): string {
  return [
    '# The command line',
    '<!-- Made by scripts/cli-docs.ts from the table in src/cli/commands: change it there. -->',
    ...drover.about,
    'Called as `p`, the same program answers in the manner of p: see [p](#p) below. Called as `beowulf`, it launches apps: see [beowulf](#beowulf).',
    '## For people and for programs',
    FORMS.map(form => `- ${form}`).join('\n'),
    '## Every verb takes',
    table(
      ['Flag', 'Meaning'],
      COMMON_FLAGS.map(flag => [code(flagTitle(flag)), flag.help]),
    ),
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      [...COMMON_EXITS, ...MORE_EXITS].map(({ code: number, means }) => [number, means]),
    ),
    '## Files and variables',
    table(
      ['File', 'What'],
      FILES.map(({ path, what }) => [code(path), what]),
    ),
    table(
      ['Variable', 'What'],
      VARIABLES.map(({ name, what }) => [name.split(', ').map(code).join(', '), what]),
    ),
    ...programDocs(drover),
    '## p',
    ...p.about,
    ...p.verbs.filter(verb => verb.group !== 'help').flatMap(verb => verbDocs(p, verb)),
    '## beowulf',
    ...beowulf.about,
    ...beowulf.verbs.flatMap(verb => verbDocs(beowulf, verb)),
  ]
    .join('\n\n')
    .concat('\n')
}

const FORMS = [
  'On a terminal tables are as wide as it is, and what is too long is cut with `…`. In a pipe a table is one line a row, with a tab between its cells, without a title, and with nothing cut.',
  '`--json` prints a list as an array and one thing as an object. Times are milliseconds since 1970, durations milliseconds, sizes bytes. Errors are then `{"error":{"code","message","details"}}` on stderr.',
  'Results are on stdout; remarks, questions and errors on stderr. An error says what to do next.',
  'Text that others wrote (commands, names, what hosts say) is never obeyed by your terminal: control characters and those that turn the reading direction are shown as `\\e`, `\\x9b`, `\\u{202e}`. Logs of jobs and attached terminals pass as they are; of merged lines of processes a terminal gets their colours, and nothing else that acts on it.',
  'A job is named by its id or the beginning of it. If that fits several, they are listed.',
  'A process is named by its label, as `web.1`, or with all its instances by its name, as `web`. Where a verb takes both, a process of the project here goes before a job; a word that fits both is refused, and both are listed. The project here is that of the folder you stand in, or of the nearest folder above it.',
  'Lengths of time are written `10s`, `2min`, `1h30m`, `7d`; a bare number is seconds.',
] as const

const MORE_EXITS = [
  {
    code: '123',
    means: 'In `push`, `rerun` and `p`: the job itself ended with 0, but not all that `--pull` names was brought back.',
  },
  {
    code: '125',
    means: 'In `push`, `rerun`, `attach`, `wait` and `p`, where the exit code is else the job’s: Drover itself failed.',
  },
  { code: '130', means: 'Ctrl+C at a question, or before the job ran.' },
  { code: '141', means: 'Whoever read the output went away, as `head` does.' },
] as const

function programDocs(program: Program): string[] {
  return (Object.keys(GROUP_TITLES) as VerbGroup[]).flatMap(group => [
    `## ${GROUP_TITLES[group]}`,
    ...program.verbs.filter(verb => verb.group === group).flatMap(verb => verbDocs(program, verb)),
  ])
}

function verbDocs(program: Program, verb: VerbSpec): string[] {
  const name = [program.name, verb.path].filter(Boolean).join(' ')
  const aliases = (verb.aliases ?? []).map(alias => code(`${program.name} ${alias}`))
  const words = [
    ...(verb.operands ?? []).map(operand => [code(operand.name), operand.help]),
    ...(verb.flags ?? []).map(flag => [code(flagTitle(flag)), flagHelp(flag)]),
  ]
  const exits = verb.exits === undefined ? [] : exitsOf(verb).map(exit => [exit.code, exit.means])
  return [
    `### ${name}`,
    `${verb.summary}.${aliases.length > 0 ? ` Also ${aliases.join(', ')}.` : ''}`,
    fence([synopsis(program.name, verb)]),
    ...verb.about,
    ...(words.length > 0 ? [table(['', ''], words)] : []),
    fence(verb.examples.map(({ run, does }) => (does === '' ? run : `${run}   # ${does}`))),
    ...(exits.length > 0 ? [table(['Exit code', 'Meaning'], exits)] : []),
  ]
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')
}

function fence(lines: readonly string[]): string {
  return ['```sh', ...lines, '```'].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}

if (import.meta.main) writeFileSync(CLI_DOCS_PATH, cliDocs())
