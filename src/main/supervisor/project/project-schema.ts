/** What may stand in drover.yaml, and what it means where nothing is said: what a Procfile has no words for. Times and sizes have their units. */
import { posix } from 'node:path'
import { z } from 'zod'
import { HostName, MAX_PATH, MAX_WORD, Text, TOO_LONG } from '../../../shared/contract/fields.ts'
import { type FailurePattern, STOP_SIGNALS } from '../../../shared/project.ts'
import { Duration, Pattern, Size } from './written-values.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

const Line = Text.min(1, 'must not be empty').max(MAX_WORD, TOO_LONG)
const Port = z.int().min(1).max(65_535)

/** JavaScript takes that key for something else, and it would be passed over. */
const withoutProto = z.custom<Record<string, unknown>>(
  value => !(value instanceof Object && Object.hasOwn(value, '__proto__')),
  '__proto__ is no name',
)

/** Text alone is the pattern. */
const Failure = z
  .preprocess(
    written => (typeof written === 'string' ? { pattern: written } : written),
    z
      .strictObject({
        pattern: Pattern,
        /** What a hit does: the process is stopped and is broken, or it is restarted, or its owner is told and that is all. */
        action: z.enum(['stop', 'restart', 'tell']).optional(),
        /** Run on the process's host in place of that. */
        command: Line.optional(),
      })
      .refine(({ action, command }) => action === undefined || command === undefined, 'takes one of action and command'),
  )
  .transform(
    ({ pattern, action = 'stop', command }): FailurePattern => ({
      pattern,
      action: command === undefined ? { kind: action } : { kind: 'command', line: command },
    }),
  )
const Failures = z.array(Failure).max(1000, 'has more than 1,000 patterns').default([])

/** A list says no more than that each has started. */
const DependsOn = z
  .preprocess(
    written =>
      Array.isArray(written) && written.every(name => typeof name === 'string')
        ? Object.fromEntries(written.map(name => [name, 'started']))
        : written,
    withoutProto.pipe(
      z.record(
        z.string(),
        z.enum(['started', 'ready', 'done']),
        'must be a list of processes, or a map of each to started, ready or done',
      ),
    ),
  )
  .prefault({})

const PROBES = ['tcp', 'http', 'log', 'command'] as const

const Ready = z
  .strictObject({
    /** A port of the process's host, or text that becomes one: `${PORT}`. */
    tcp: z.union([Port, Line], 'must be a port, or a variable in quotes that holds one').optional(),
    /** An address, or a path at the process's own PORT. */
    http: Line.regex(
      /^(\/|https?:\/\/)/,
      'must be a path, as /health, or an address, as http://127.0.0.1:8080/health',
    ).optional(),
    /** Shows in the output of this run. */
    log: Pattern.optional(),
    /** Ends with 0. */
    command: Line.optional(),
    timeout: Duration(100, DAY).prefault('1m'),
    interval: Duration(100, HOUR).prefault('1s'),
  })
  .refine(ready => PROBES.filter(kind => ready[kind] !== undefined).length === 1, `takes exactly one of ${PROBES.join(', ')}`)

const Backoff = z
  .strictObject({
    initial: Duration(0, HOUR).prefault('1s'),
    max: Duration(0, HOUR).prefault('1m'),
    stable_after: Duration(0, DAY).prefault('10s'),
  })
  .refine(({ initial, max }) => initial <= max, { path: ['initial'], message: 'must not be longer than max' })

/** Of a folder that is synced nothing outside comes along. */
const WorkingDirectory = Text.min(1, 'must not be empty')
  .max(MAX_PATH)
  .refine(path => !/^\.\.(\/|$)/.test(posix.normalize(path)), 'must be absolute, or within the folder')

const StopSignal = z.preprocess(
  written => (typeof written === 'string' ? written.replace(/^SIG/, '') : written),
  z.enum(STOP_SIGNALS, `must be one of ${STOP_SIGNALS.join(', ')}`),
)

const Ending = z.enum(['leave', 'shutdown'])

const Process = z.strictObject({
  host: HostName.refine(name => name !== 'none', 'none is no host').default('local'),
  depends_on: DependsOn,
  ready: Ready.optional(),
  restart: z.enum(['never', 'on-failure', 'always']).default('never'),
  backoff: Backoff.prefault({}),
  stop_signal: StopSignal.prefault('TERM'),
  stop_grace: Duration(0, HOUR).prefault('5s'),
  /** Values are text; of a number or a truth value, the text as it is written. */
  environment: withoutProto
    .pipe(z.record(z.string(), z.union([Text, z.number(), z.boolean()], 'must be text without NUL')))
    .prefault({}),
  tty: z.boolean().default(false),
  failure_patterns: Failures,
  log_cap: Size(100_000, 1e12).prefault('100MB'),
  working_directory: WorkingDirectory.optional(),
  when_it_ends: Ending.optional(),
})

export const ProjectFields = z.strictObject({
  /** Where PORT begins. */
  port: Port.optional(),
  /** How far the ports of one process are from those of the next. */
  port_step: z.int().min(1).max(10_000).default(100),
  formation: z.string('must be text, as web=2,worker=1').default(''),
  /** Of every process. */
  failure_patterns: Failures,
  /** Whether all are stopped when one of them ends by itself. */
  when_one_ends: Ending.default('leave'),
  sync: z.boolean().default(true),
  processes: withoutProto.pipe(z.record(z.string(), Process)).prefault({}),
})

export type ProjectFields = z.output<typeof ProjectFields>
export type ProcessFields = z.output<typeof Process>
export const PROCESS_DEFAULTS: ProcessFields = Process.parse({})
export const PROJECT_DEFAULTS: ProjectFields = ProjectFields.parse({})
