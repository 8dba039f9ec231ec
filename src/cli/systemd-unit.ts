/** The unit by which systemd runs the core for its user (systemd.service(5)). Pure: the text, and what in it is whose. */
import type { CoreProgram } from '../shared/core-program.ts'
import { systemdArgument, systemdWord } from '../shared/systemd-text.ts'

/** In the file's first line: what bears it is ours to replace and to remove. */
const MARK = '# Written by: drover daemon install. Removed by: drover daemon remove. Changes belong into drover.service.d/*.conf.'
/** See src/main/run-headless.ts. */
const EXIT_USAGE = 2
const EXIT_MAKES_NO_SENSE_AGAIN = 75

/** Where the core's files are, if it is not where they usually are: the user's manager knows nothing of any shell. */
const KEPT_VARIABLES = ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'DROVER_SSH_CONFIG'] as const

export const UNIT_NAME = 'drover.service'

export function isOurUnit(text: string): boolean {
  return text.split('\n', 1)[0] === MARK
}

export function keptVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(KEPT_VARIABLES.map(name => [name, env[name]]))
}

/** Whether its core has its files where one of this environment has them. */
export function isUnitFor(text: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const lines = text.split('\n')
  return KEPT_VARIABLES.every(name => {
    const there = lines.find(line => line.startsWith(`Environment="${name}=`))
    return there === (env[name] === undefined ? undefined : setting(name, env[name]))
  })
}

/**
 * Jobs of this computer's own stand in the unit's group: they are no part of the core, and must neither end with it nor end it. So it has
 * none of what shuts a service in either: a job could not use sudo then, nor write where its user may.
 */
export function unitText({ file, args, env }: Pick<CoreProgram, 'file' | 'args' | 'env'>): string {
  const settings = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [setting(name, value)]))
  return `${MARK}
[Unit]
Description=Drover: herds your machines over SSH
# A mistake that comes at once comes again.
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=exec
ExecStart=${execStart([file, ...args, '--foreground'])}
${settings.map(line => `${line}\n`).join('')}WorkingDirectory=/
Restart=on-failure
RestartSec=2
# Told that it makes no sense: wrong words, and another core of this user runs.
RestartPreventExitStatus=${EXIT_USAGE} ${EXIT_MAKES_NO_SENSE_AGAIN}
# Jobs go on when the core ends, and the core when a job is killed for its memory.
KillMode=process
OOMPolicy=continue
TimeoutStopSec=20

[Install]
WantedBy=default.target
`
}

function setting(name: string, value: string): string {
  return `Environment=${systemdWord(`${name}=${value}`)}`
}

/** systemd takes no quotes and no backslashes in a program's own path, and looks for variables in all words but that. */
function execStart(words: readonly [string, ...string[]]): string {
  const [first, ...rest] = /["'\\\p{Cc}]/u.test(words[0]) ? ['/bin/sh', '-c', 'exec "$0" "$@"', ...words] : words
  return [systemdWord(first), ...rest.map(systemdArgument)].join(' ')
}
