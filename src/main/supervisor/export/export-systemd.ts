/**
 * A project as units of systemd: a service for each process that runs on this computer, and a target that wants them all. Pure: the
 * texts, what stands in which file, and what systemd cannot do of what the project says.
 */
import { basename, join, resolve } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import type { ExportedFile, ProcessInstance, ProjectDefinition } from '../../../shared/project.ts'
import { systemdArgument, systemdWord } from '../../../shared/systemd-text.ts'
import { envFile } from './env-file.ts'

export type SystemdOptions = {
  /** Units of a user's own manager, in place of the system's. */
  isUser: boolean
  /** Where the files will stand. */
  out: string
  /** What their names begin with; null: the folder's name. */
  name: string | null
  /** Whom the processes run as, and his login shell. */
  user: string
  shell: string
}
export type SystemdExport = { files: ExportedFile[]; target: string; notes: string[] }

const MARK = '# Written by: drover export systemd'
/** Those that take a line of a login shell as `-lc`. */
const SHELLS: ReadonlySet<string> = new Set(['ash', 'bash', 'dash', 'fish', 'ksh', 'mksh', 'sh', 'zsh'])

/** @throws {AppError} `BAD_INPUT` where a path cannot stand in a unit, `NOT_FOUND` if no process runs on this computer. */
export function exportSystemd(project: ProjectDefinition, options: SystemdOptions): SystemdExport {
  const name = options.name ?? unitName(basename(project.folder))
  const here = project.instances.filter(({ options: { host } }) => host === 'local' || host === 'auto')
  if (here.length === 0) throw new AppError('NOT_FOUND', 'No process of this project runs on this computer')
  const target = `${name}.target`
  const unitOf = ({ label }: ProcessInstance) => `${name}-${label}.service`
  const awaited = new Set(
    here.flatMap(({ options: { dependsOn } }) => dependsOn.flatMap(one => (one.condition === 'done' ? [one.process] : []))),
  )
  const notes = project.instances
    .filter(one => !here.includes(one))
    .map(one => `${one.label} runs on ${one.options.host}: left out`)
  const files = here.flatMap(instance => {
    const env = envFile(instance.environment)
    const envName = `${name}-${instance.label}.env`
    notes.push(...notesOf(instance), ...env.leftOut.map(key => `${instance.label}: ${key} has a control character: left out`))
    const text = service(instance, {
      ...options,
      name,
      target,
      folder: resolve(project.folder, instance.options.workingDirectory ?? '.'),
      after: here.filter(other => instance.options.dependsOn.some(({ process }) => process === other.name)).map(unitOf),
      isAwaited: awaited.has(instance.name),
      envPath: env.text === null ? null : join(options.out, envName),
    })
    return [
      { name: unitOf(instance), text, isSecret: false },
      ...(env.text === null ? [] : [{ name: envName, text: env.text, isSecret: true }]),
    ]
  })
  const whole = { name: target, text: targetText(name, here.map(unitOf), options.isUser), isSecret: false }
  return { files: [whole, ...files], target, notes }
}

type ServiceOptions = SystemdOptions & {
  name: string
  target: string
  folder: string
  after: readonly string[]
  /** Others wait for its end. */
  isAwaited: boolean
  envPath: string | null
}

function service({ label, command, options }: ProcessInstance, about: ServiceOptions): string {
  const { name, target, folder, after, isAwaited, envPath, isUser, user } = about
  const shell = SHELLS.has(basename(about.shell)) ? about.shell : '/bin/sh'
  // Or the shell would take it for an option.
  const line = /^[-+]/.test(command) ? ` ${command}` : command
  return text([
    MARK,
    '[Unit]',
    `Description=${label} of ${name}`,
    `PartOf=${target}`,
    ...after.flatMap(unit => [`Requires=${unit}`, `After=${unit}`]),
    // However often it fails, it is started again.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    ...(isAwaited ? ['Type=oneshot', 'RemainAfterExit=yes'] : ['Type=exec']),
    ...(isUser ? [] : [`User=${user.replaceAll('%', '%%')}`]),
    `WorkingDirectory=${pathText(folder)}`,
    ...(envPath === null ? [] : [`EnvironmentFile=${pathText(envPath).replaceAll(/[[\]*?\\]/g, '\\$&')}`]),
    `ExecStart=${systemdWord(shell)} "-lc" ${systemdArgument(line)}`,
    `SyslogIdentifier=${label}`,
    'KillMode=control-group',
    `KillSignal=SIG${options.stopSignal}`,
    // 0 would be for ever.
    `TimeoutStopSec=${Math.max(1, options.stopGraceMs)}ms`,
    `Restart=${restartOf(options.restart, isAwaited)}`,
    `RestartSec=${options.backoff.initialMs}ms`,
  ])
}

function targetText(name: string, units: readonly string[], isUser: boolean): string {
  return text([
    MARK,
    '[Unit]',
    `Description=${name}`,
    ...units.map(unit => `Wants=${unit}`),
    '',
    '[Install]',
    `WantedBy=${isUser ? 'default' : 'multi-user'}.target`,
  ])
}

/** One whose end is waited for may end well. */
function restartOf(policy: ProcessInstance['options']['restart'], isAwaited: boolean): string {
  if (policy === 'never') return 'no'
  return isAwaited ? 'on-failure' : policy
}

function notesOf({ label, options }: ProcessInstance): string[] {
  const { dependsOn, hasTerminal, failurePatterns, whenItEnds } = options
  return [
    ...dependsOn.flatMap(({ process, condition }) =>
      condition === 'ready' ? [`${label} waits until ${process} has started: systemd does not see when it is ready`] : [],
    ),
    ...(hasTerminal ? [`${label} has no terminal there`] : []),
    ...(failurePatterns.length > 0 ? [`${label} has failure patterns: systemd searches no output`] : []),
    ...(whenItEnds === 'shutdown' ? [`${label} does not end the others when it ends`] : []),
  ]
}

/** A path takes the rest of its line, without quotes. @throws {AppError} `BAD_INPUT` */
function pathText(path: string): string {
  if (/\p{Cc}|[\s\\]$/u.test(path))
    throw new AppError('BAD_INPUT', `No unit can name this path: ${JSON.stringify(path)}. Rename it, or put it elsewhere`)
  return path.replaceAll('%', '%%')
}

function unitName(folder: string): string {
  const name = folder
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100)
  return name === '' ? 'project' : name
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
