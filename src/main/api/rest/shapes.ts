/**
 * What a project's server answers with: the schemas of its OpenAPI document. Names are those that clients of overmind-gui know
 * (github.com/darrenoakey/overmind-gui, src/api_routes_daemon.py) where it has the same thing. Times are epoch milliseconds.
 */
import { z } from 'zod'

/** What stands once in the document, under its name. */
export const components = z.registry<{ id: string }>()
const named = <Schema extends z.ZodType>(id: string, schema: Schema): Schema => {
  components.add(schema, { id })
  return schema
}
const at = z.number().min(0)
const count = z.int().min(0)
const messageId = z.int().min(0)

export const Status = named(
  'Status',
  z.enum(['stopped', 'waiting', 'starting', 'running', 'ready', 'stopping', 'dead', 'broken', 'done', 'unknown']),
)

export const Process = named(
  'Process',
  z.strictObject({
    name: z.string().meta({ description: 'What it is called everywhere: `web.1`.' }),
    group: z.string().meta({ description: 'Its name in the Procfile, which means all of its instances: `web`.' }),
    instance: z.int().min(1),
    command: z.string(),
    status: Status,
    reason: z.string().nullable().meta({ description: 'A sentence: what it waits for, why it is dead, what broke it.' }),
    since: at,
    selected: z.boolean().meta({ description: 'Whether its output is in what is polled.' }),
    user_disabled: z.boolean().meta({ description: 'Nobody wants it to run: it was stopped, or never started.' }),
    broken: z.boolean(),
    broken_by: z.strictObject({ failure_string: z.string(), line: z.string(), at }).nullable(),
    host: z.string().nullable(),
    port: z.int().nullable(),
    run: count.meta({ description: 'How often it was started since somebody asked for it.' }),
    last_restart_time: at.nullable(),
    ended_at: at.nullable(),
    exit_code: z.int().nullable(),
    signal: z.string().nullable(),
    flapping: z.boolean(),
    retry_at: at.nullable(),
  }),
)
export type Process = z.infer<typeof Process>

const Processes = z.record(z.string(), Process).meta({ description: 'By their names, in the order of the Procfile.' })

export const Stats = named(
  'Stats',
  z.strictObject({
    total: count,
    running: count.meta({ description: 'Those that are ready too.' }),
    stopped: count.meta({ description: 'All that are none of the others.' }),
    dead: count,
    broken: count,
    selected: count,
  }),
)
export type Stats = z.infer<typeof Stats>

export const OutputLine = named(
  'OutputLine',
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('line'),
      id: messageId,
      process: z.string(),
      text: z.string().meta({ description: 'As it was printed, with its colours.' }),
      at: at.nullable(),
      continued: z.boolean().meta({ description: 'The line goes on with the next of this process.' }),
    }),
    z
      .strictObject({ type: z.enum(['skipped', 'dropped']), id: messageId, process: z.string(), bytes: count })
      .meta({ description: 'Bytes that are not here: `skipped`, but the log has them; `dropped`, and they are gone.' }),
  ]),
)
export type OutputLine = z.infer<typeof OutputLine>

export const State = named(
  'State',
  z.strictObject({
    project: z.strictObject({ id: z.string(), name: z.string(), folder: z.string() }),
    problems: z
      .array(z.strictObject({ file: z.string(), line: z.int().nullable(), column: z.int().nullable(), message: z.string() }))
      .meta({ description: 'What is wrong with its files now; what was read of them before holds on.' }),
    processes: Processes,
    stats: Stats,
    daemon_status: z.literal('running'),
    latest_message_id: messageId,
    version: z.string(),
  }),
)

export const ProcessList = named('ProcessList', z.strictObject({ processes: Processes }))

export const Poll = named(
  'Poll',
  z.strictObject({
    output_lines: z.array(OutputLine),
    status_updates: z.record(z.string(), Status).meta({ description: 'Of all processes, as it is now.' }),
    stats: Stats,
    last_id: messageId.meta({ description: 'To be asked with the next time.' }),
    missed: z.boolean().meta({ description: 'Some that came after the last time are not kept any more.' }),
  }),
)

export const ServerStatus = named(
  'ServerStatus',
  z.strictObject({
    daemon_running: z.literal(true),
    process_count: count,
    line_count: count.meta({ description: 'Lines that came since this server began.' }),
    message_count: count.meta({ description: 'How many are kept for those who poll.' }),
    latest_message_id: messageId,
    uptime: z.number().min(0).meta({ description: 'Of this server, in seconds.' }),
    stats: Stats,
  }),
)

export const DaemonInfo = named(
  'DaemonInfo',
  z.strictObject({
    connected: z.literal(true),
    connection_status: z.literal('connected'),
    daemon_id: z.string().meta({ description: 'The project’s id.' }),
    host: z.string(),
    port: z.int(),
    pid: z.int().meta({ description: 'Of the core.' }),
    version: z.string(),
    working_directory: z.string(),
    started_at: at,
  }),
)

export const Done = named('Done', z.strictObject({ success: z.literal(true), message: z.string() }))
export const DoneToProcesses = named('DoneToProcesses', Done.extend({ processes: Processes }))
export const Toggled = named('Toggled', z.strictObject({ success: z.literal(true), process: z.string(), selected: z.boolean() }))
export const Cleared = named('Cleared', Done.extend({ latest_message_id: messageId }))

export const Declarations = named(
  'Declarations',
  z.strictObject({
    process: z.string(),
    declarations: z.array(z.string()).meta({ description: 'The plain texts among its patterns that stop it.' }),
    patterns: z.array(
      z.strictObject({
        pattern: z.string(),
        is_regex: z.boolean(),
        action: z.enum(['stop', 'restart', 'tell', 'command']),
        process: z.string().nullable().meta({ description: 'Null: it holds for all of the project.' }),
        source: z.enum(['person', 'file']),
      }),
    ),
  }),
)
export const Declared = named('Declared', Done.extend(Declarations.shape))

export const LastMessage = z.strictObject({
  last_message_id: messageId.default(0).meta({ description: '`last_id` of the answer before; 0 for all that is kept.' }),
})
export const FailureString = named(
  'FailureString',
  z.strictObject({
    failure_string: z
      .string()
      .min(1, 'is empty')
      .max(1_000, 'is longer than 1000 characters')
      .regex(/^[^\r\n\0\uFFFD]*$/, 'is more than one line, or no text'),
  }),
)
export const Nothing = named('Nothing', z.strictObject({}))

export const Refusal = named('Error', z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) }))
