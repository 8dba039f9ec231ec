/**
 * What may stand in config.yaml, and what it means. Written in snake_case as people write it; inside it is `Config`, in camelCase.
 * A key without a value has its default.
 */
import { z } from 'zod'
import { Tag } from '../../shared/contract/placement-methods.ts'
import { Connection, HostName } from '../../shared/contract.ts'
import { type Rule, RuleFields, readRule, ruleProblems } from './rules.ts'
import { fieldOf, fieldsOf, keysAt } from './schema-fields.ts'
import { parseYaml, schemaError, type YamlSource } from './yaml-source.ts'

/** Names that mean something else wherever a host may be named. */
export const RESERVED_NAMES = ['local', 'auto', 'none']

/** What this machine has in common with every host. */
const Local = z.strictObject({
  /** Marks by which hosts can be told apart. */
  tags: z.array(Tag).default([]),
  /** It gets no new jobs by itself; what runs there goes on. */
  drain: z.boolean().default(false),
})

const Host = z.strictObject({
  /** What the host is called everywhere in Drover. */
  name: HostName.refine(name => !RESERVED_NAMES.includes(name), 'local, auto and none are names of Drover itself'),
  /** What the system's ssh would be told: [user@]host[:port], or an alias of ~/.ssh/config. */
  connection: Connection,
  ...Local.shape,
  /** Its apps play on this computer's sound server: they can be heard, and can record nothing and change nothing. */
  sound: z.boolean().default(false),
})

const Push = z.strictObject({
  /** A second copy of a folder up to this size is made ready on its host in idle time, so that the next push need not wait for it. 0: never. */
  spare_limit_bytes: z
    .int()
    .min(0)
    .default(2 * 1024 ** 3),
  /** `drover gc` removes the files of jobs that ended longer ago than this. */
  keep_finished_days: z.int().min(0).max(36_500).default(14),
})

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day, as 22:30')

const Notifications = z.strictObject({
  /** The desktop is told of jobs that failed. */
  failed: z.boolean().default(true),
  /** It is told of a job that ended well if it took at least this long. 0: of none. */
  long_job_seconds: z.int().min(0).default(300),
  /** It is told of a host that is away for more than two minutes, and when it is back. */
  host_away: z.boolean().default(true),
  /** Between these times of the day it is told of nothing; of what failed meanwhile, in one, at the end. They may go over midnight. */
  quiet_from: TimeOfDay.nullable().default(null),
  quiet_to: TimeOfDay.nullable().default(null),
  /** It is told of nothing that happens on these hosts. */
  muted_hosts: z.array(HostName).max(10_000).default([]),
})

const Tray = z.strictObject({
  /** An icon in the desktop's panel, with a menu. */
  show: z.boolean().default(true),
  /** What the icon is seen on: dark, light, or auto for what the desktop says its person likes. */
  panel: z.enum(['auto', 'dark', 'light']).default('auto'),
})

const Web = z.strictObject({
  /** Where the window is served to browsers: an address of this computer. Other than 127.0.0.1, others can knock at it too. */
  address: z.union([z.ipv4(), z.ipv6()], 'must be an IP address, as 127.0.0.1').default('127.0.0.1'),
  /** If it is taken, a free one is. */
  port: z.int().min(1).max(65_535).default(7373),
  /** `drover dashboard` gives addresses there that let a browser look, and do nothing. Off: it gives none, and those given are of no use. */
  dashboard: z.boolean().default(true),
})

const Metrics = z.strictObject({
  /** Every program of this computer may read /metrics at the web address, without a sign-in; the address is then served always. */
  open: z.boolean().default(false),
})

const ConfigFields = z.strictObject({
  /** Where a job goes that names no host: a host's name, `local`, or `auto` for the best one at that moment. */
  default_host: HostName.default('auto'),
  hosts: z.array(Host).max(10_000).default([]),
  /** This machine, the host `local`. */
  local: Local.prefault({}),
  /** Where certain apps and commands go; the first that says something of it decides. */
  rules: z.array(RuleFields).max(1_000).default([]),
  /** Ctrl+C in an attached terminal leaves the job running and comes back to the shell, in place of going to the job. */
  detach_on_ctrl_c: z.boolean().default(false),
  push: Push.prefault({}),
  notifications: Notifications.prefault({}),
  tray: Tray.prefault({}),
  web: Web.prefault({}),
  metrics: Metrics.prefault({}),
  /** A core goes on in the background when the window is quit, which ended the one that it had. */
  keep_core: z.boolean().default(false),
  /** A core is started in the background when the person logs in to a desktop; on macOS the window. */
  start_at_login: z.boolean().default(false),
  /** Clients of beowulf are answered at ~/.beowulf/run/daemon, in place of beowulfd. */
  beowulf_daemon: z.boolean().default(false),
  /** Read in place of ~/.ssh/config, as by `ssh -F`: an absolute path. */
  ssh_config: z
    .string()
    .regex(/^\/[^\0]*$/, 'must be an absolute path')
    .nullable()
    .default(null),
  /** How much is written to core.log. */
  log_level: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
})

const ConfigSchema = ConfigFields.superRefine(({ hosts, default_host, rules }, context) => {
  const names = new Set(RESERVED_NAMES)
  for (const [index, { name }] of hosts.entries()) {
    if (names.has(name))
      context.addIssue({ code: 'custom', path: ['hosts', index, 'name'], message: `a second host named ${name}` })
    names.add(name)
  }
  if (!names.has(default_host) || default_host === 'none') {
    context.addIssue({ code: 'custom', path: ['default_host'], message: `there is no host named ${default_host}` })
  }
  const hostNames = new Set(['local', ...hosts.map(host => host.name)])
  for (const [index, rule] of rules.entries()) {
    for (const { key, message } of ruleProblems(rule, hostNames)) {
      context.addIssue({ code: 'custom', path: ['rules', index, ...(key === null ? [] : [key])], message })
    }
  }
})

export type HostTraits = { readonly tags: readonly string[]; readonly drain: boolean }
export type HostConfig = HostTraits & { readonly name: string; readonly connection: string; readonly sound: boolean }
export type Config = {
  readonly defaultHost: string
  readonly hosts: readonly HostConfig[]
  readonly local: HostTraits
  readonly rules: readonly Rule[]
  readonly detachOnCtrlC: boolean
  readonly push: { readonly spareLimitBytes: number; readonly keepFinishedDays: number }
  readonly notifications: {
    readonly failed: boolean
    readonly longJobMs: number
    readonly hostAway: boolean
    /** As `22:30`. Quiet is only what has both. */
    readonly quietFrom: string | null
    readonly quietTo: string | null
    readonly mutedHosts: readonly string[]
  }
  readonly tray: { readonly show: boolean; readonly panel: 'auto' | 'dark' | 'light' }
  readonly metrics: { readonly open: boolean }
  readonly web: { readonly address: string; readonly port: number; readonly dashboard: boolean }
  readonly keepCore: boolean
  readonly startAtLogin: boolean
  readonly beowulfDaemon: boolean
  readonly sshConfig: string | null
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug'
}

/** @throws {AppError} `BAD_CONFIG` with path, line, column and key of each thing that is wrong, and the nearest right key. */
export function parseConfig(path: string, text: string): Config {
  return readConfig(parseYaml(path, text))
}

/** @throws {AppError} `BAD_CONFIG` */
export function readConfig(source: YamlSource): Config {
  const parsed = ConfigSchema.safeParse(withoutEmpty(source.value))
  if (!parsed.success) throw schemaError(source, parsed.error.issues, path => keysAt(ConfigFields, path))
  const {
    default_host,
    hosts,
    local,
    rules,
    detach_on_ctrl_c,
    push,
    notifications,
    tray,
    web,
    metrics,
    keep_core,
    start_at_login,
    beowulf_daemon,
    ssh_config,
    log_level,
  } = parsed.data
  return {
    defaultHost: default_host,
    hosts,
    local,
    rules: rules.map(readRule),
    detachOnCtrlC: detach_on_ctrl_c,
    push: { spareLimitBytes: push.spare_limit_bytes, keepFinishedDays: push.keep_finished_days },
    notifications: {
      failed: notifications.failed,
      longJobMs: notifications.long_job_seconds * 1000,
      hostAway: notifications.host_away,
      quietFrom: notifications.quiet_from,
      quietTo: notifications.quiet_to,
      mutedHosts: notifications.muted_hosts,
    },
    tray,
    web,
    metrics,
    keepCore: keep_core,
    startAtLogin: start_at_login,
    beowulfDaemon: beowulf_daemon,
    sshConfig: ssh_config,
    logLevel: log_level,
  }
}

export const DEFAULT_CONFIG: Config = parseConfig('config.yaml', '')

/** What the config says of a host; of one that left it, nothing. */
export function traitsOf(config: Config, hostName: string): HostTraits {
  if (hostName === 'local') return config.local
  return config.hosts.find(host => host.name === hostName) ?? DEFAULT_CONFIG.local
}

/** Whether apps of that host may be heard here. Those of this machine ask nobody. */
export function playsSound(config: Config, hostName: string): boolean {
  return config.hosts.find(host => host.name === hostName)?.sound ?? false
}

/** The schema of one value, by its dotted key; undefined if there is no such key, or it has keys of its own. */
export function settingSchema(key: string): z.ZodType | undefined {
  const schema = key.split('.').reduce<z.ZodType | undefined>((at, name) => at && fieldOf(at, name), ConfigFields)
  return schema && fieldsOf(schema) === undefined ? schema : undefined
}

/** Every key that `settingSchema` knows. */
export function settingKeys(schema: z.ZodType = ConfigFields, prefix = ''): string[] {
  return Object.entries(fieldsOf(schema) ?? {}).flatMap(([name, field]) =>
    fieldsOf(field) === undefined ? [`${prefix}${name}`] : settingKeys(field, `${prefix}${name}.`),
  )
}

/** Keys that have keys of their own. */
const GROUPS = ['local', 'push', 'notifications', 'tray', 'web', 'metrics']

/** An empty file is an empty config; `hosts:` with every host commented out is no host. */
function withoutEmpty(value: unknown): unknown {
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(kept.map(([key, inner]) => [key, GROUPS.includes(key) ? withoutEmpty(inner) : inner]))
}
