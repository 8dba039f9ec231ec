/**
 * One run of the command line: finds the verb, reads the arguments, loads the one file that does it, and turns whatever
 * goes wrong into a message and an exit code. What a verb may use of the world is in `Cli`, so that tests can give their own.
 */
import type { Call } from '../shared/contract.ts'
import { AppError, toErrorBody } from '../shared/errors.ts'
import { safeJson } from '../shared/visible.ts'
import { Args, findVerb, parseArgs } from './args.ts'
import { createClient } from './client.ts'
import { beowulf, drover, p } from './commands.ts'
import type { CoreClient } from './core-client.ts'
import { adviceFor, EXIT_BROKEN_PIPE, EXIT_FAILED, exitCodeOf, InterruptedError, UsageError } from './errors.ts'
import { type ColorWhen, Output, type OutputStream } from './output.ts'
import type { Program, VerbSpec } from './spec.ts'
import type { Keys } from './terminal.ts'
import { VERBS } from './verbs.ts'

export type Cli = {
  readonly program: Program
  readonly env: NodeJS.ProcessEnv
  readonly stdin: Keys
  readonly out: Output
  /** Calls the core with one request; starts it when none runs. */
  readonly call: Call
  /** The client behind `call`; without `start` no core is started. */
  client(options?: { start?: boolean }): CoreClient
  now(): number
  /** Undefined ends us when the reader of stdout goes away; else what to do then, after which stdout is thrown away. */
  onBrokenPipe: (() => void) | undefined
}

export type Run = (cli: Cli, args: Args) => Promise<number>

export type World = {
  name: string
  words: readonly string[]
  env: NodeJS.ProcessEnv
  isTerminal: boolean
  stdin: Keys
  stdout: OutputStream
  stderr: OutputStream
}

/** Does what the words say and gives the exit code. Never rejects. */
export async function runCli(world: World): Promise<number> {
  const program = { p, beowulf }[world.name] ?? drover
  let verb: VerbSpec | undefined
  let cli = makeCli(world, { program, json: world.words.includes('--json'), color: 'auto' })
  try {
    if (world.words[0] === '__complete') return await (await import('./complete.ts')).complete(cli, world.words.slice(1))
    await refuseBrokenWords(world.words)
    const found = findVerb(program, world.words)
    verb = found.verb
    if (verb === undefined || isBareHelp(verb, found.rest)) return await showProgram(cli, found.rest)
    const args = parseArgs(verb, found.rest)
    cli = makeCli(world, { program, json: args.has('json'), color: colorOf(args) })
    if (args.has('help')) return (await import('./help.ts')).showVerb(cli, verb)
    const { run } = await loadVerb(verb.run)
    return await run(cli, args)
  } catch (error) {
    report(cli, error, verb)
    return exitCodeOf(error, verb)
  }
}

function makeCli(world: World, options: { program: Program; json: boolean; color: ColorWhen }): Cli {
  const { env } = world
  let client: CoreClient | undefined
  const cli: Cli = {
    program: options.program,
    env,
    get stdin() {
      return world.stdin
    },
    out: new Output(world, { ...options, onError: error => brokenOutput(cli, error) }),
    call: (method, input) => cli.client().call(method, input),
    client: ({ start = true } = {}) => {
      client ??= createClient({ env, start })
      return client
    },
    now: Date.now,
    onBrokenPipe: undefined,
  }
  return cli
}

function brokenOutput(cli: Cli, error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') {
    cli.out.error(`Cannot write to stdout: ${error.message}`)
    process.exit(EXIT_FAILED)
  }
  if (cli.onBrokenPipe === undefined) process.exit(EXIT_BROKEN_PIPE)
  // Whatever else is known by then, such as how the job ended.
  process.exitCode = EXIT_BROKEN_PIPE
  cli.onBrokenPipe()
}

async function loadVerb(name: string): Promise<{ run: Run }> {
  const load = VERBS[name]
  if (load === undefined) throw new TypeError(`No file does the verb ${name}`)
  return await load()
}

/** Node makes U+FFFD of what is not UTF-8, so such a word would reach the host changed. */
async function refuseBrokenWords(words: readonly string[]): Promise<void> {
  const index = words.findIndex(word => word.includes('\uFFFD'))
  if (index < 0) return
  const { isUtf8CommandLine } = await import('./raw-arguments.ts')
  const what = isUtf8CommandLine() ? 'holds the replacement character U+FFFD' : 'is not valid UTF-8'
  throw new UsageError(
    `Argument ${index + 1} ${what}, and Drover carries text as UTF-8 only`,
    'Put such bytes into a script in the folder, and push that.',
  )
}

function isBareHelp(verb: VerbSpec, rest: readonly string[]): boolean {
  return verb.path === '' && (rest.length === 0 || (rest.length === 1 && ['-h', '--help', '--version'].includes(rest[0] ?? '')))
}

async function showProgram(cli: Cli, rest: readonly string[]): Promise<number> {
  const [word] = rest.filter(word => word !== '--json' && !word.startsWith('--color'))
  if (word === '--version' || word === '-V') {
    const { run } = await loadVerb('version')
    return await run(cli, new Args({ ...VERSION }, { flags: new Map(), operands: new Map(), command: [] }))
  }
  const { showProgramHelp } = await import('./help.ts')
  if (word !== undefined && word !== '-h' && word !== '--help') throw new UsageError(`${cli.program.name} has no flag ${word}`)
  return showProgramHelp(cli)
}

const VERSION: VerbSpec = { path: 'version', group: 'help', run: 'version', summary: '', about: [], examples: [] }

function colorOf(args: Args): ColorWhen {
  const when = args.value('color')
  return when === 'always' || when === 'never' ? when : 'auto'
}

function report(cli: Cli, error: unknown, verb: VerbSpec | undefined): void {
  if (error instanceof InterruptedError) return
  if (cli.out.isJson) {
    const body =
      error instanceof UsageError
        ? toErrorBody(new AppError('BAD_INPUT', error.message, { details: error.hint === undefined ? {} : { hint: error.hint } }))
        : toErrorBody(error)
    cli.out.note(safeJson({ error: body }))
    return
  }
  const message = error instanceof Error ? error.message : String(error)
  cli.out.error(message, adviceFor(error))
  if (error instanceof UsageError && verb !== undefined) cli.out.note(`More: ${helpLine(cli.program, verb)}`)
  if (!(error instanceof UsageError || error instanceof AppError) && cli.env.DROVER_DEBUG && error instanceof Error) {
    cli.out.note(error.stack ?? '')
  }
}

function helpLine(program: Program, verb: VerbSpec): string {
  return verb.path === '' ? `${program.name} help` : `${program.name} help ${verb.path}`
}
