/** The settings as a form: each key of the config file with its words and how it is written. Pure. */

export type SettingField = {
  /** As in the file, dotted. */
  key: string
  label: string
  hint: string
} & ({ kind: 'text' | 'host' | 'yes-no' } | { kind: 'number'; unit: string } | { kind: 'choice'; choices: readonly string[] })

export const SETTINGS: readonly { title: string; fields: readonly SettingField[] }[] = [
  {
    title: 'Pushes',
    fields: [
      { key: 'default_host', kind: 'host', label: 'Default host', hint: 'Where a job goes that names no host' },
      {
        key: 'local.drain',
        kind: 'yes-no',
        label: 'Nothing new on this machine',
        hint: 'No job is placed on local by itself; what runs here goes on',
      },
      {
        key: 'push.keep_finished_days',
        kind: 'number',
        unit: 'days',
        label: 'Keep files of ended jobs',
        hint: 'What is older goes when disk is freed',
      },
      {
        key: 'push.spare_limit_bytes',
        kind: 'number',
        unit: 'bytes',
        label: 'Spare copies up to',
        hint: 'A second copy of a folder up to this size is made ready on its host in idle time; 0: never',
      },
      {
        key: 'detach_on_ctrl_c',
        kind: 'yes-no',
        label: 'Ctrl C detaches',
        hint: 'On the command line: leaves an attached job running, in place of going to it',
      },
    ],
  },
  {
    title: 'Notifications',
    fields: [
      { key: 'notifications.failed', kind: 'yes-no', label: 'A job failed', hint: 'Tell the desktop' },
      {
        key: 'notifications.long_job_seconds',
        kind: 'number',
        unit: 'seconds',
        label: 'A job ended that took at least',
        hint: '0: tell of none',
      },
    ],
  },
  {
    title: 'Window in a browser',
    fields: [
      { key: 'web.address', kind: 'text', label: 'Address', hint: 'Other than 127.0.0.1, other machines can knock at it too' },
      { key: 'web.port', kind: 'number', unit: '', label: 'Port', hint: 'If it is taken, a free one is' },
    ],
  },
  {
    title: 'Core',
    fields: [
      {
        key: 'keep_core',
        kind: 'yes-no',
        label: 'Keep a core',
        hint: 'One goes on in the background when Drover’s own window is quit',
      },
      {
        key: 'start_at_login',
        kind: 'yes-no',
        label: 'Start at login',
        hint: 'A core starts in the background when you log in to your desktop; on macOS Drover’s window',
      },
      {
        key: 'beowulf_daemon',
        kind: 'yes-no',
        label: 'Answer beowulf',
        hint: 'Its clients ask at ~/.beowulf/run/daemon, and are told the best host, in place of beowulfd',
      },
      { key: 'ssh_config', kind: 'text', label: 'SSH config', hint: 'Read in place of ~/.ssh/config: an absolute path' },
      {
        key: 'log_level',
        kind: 'choice',
        choices: ['error', 'warn', 'info', 'debug'],
        label: 'Log',
        hint: 'How much is written to core.log',
      },
    ],
  },
]

/** What stands at a dotted key in nested values. */
export function valueAt(values: Readonly<Record<string, unknown>>, key: string): unknown {
  return key.split('.').reduce<unknown>((at, name) => (isRecord(at) && Object.hasOwn(at, name) ? at[name] : undefined), values)
}

/** As it stands in the field: nothing for null. */
export function fieldText(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}

/** What is sent for a typed text: null, which is the default again, for nothing; what is no number stays as it is. */
export function settingValue({ kind }: Pick<SettingField, 'kind'>, text: string): string | number | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  return kind === 'number' && /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
