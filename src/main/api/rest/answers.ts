/** Processes as the answers of a project's server have them. */
import type { z } from 'zod'
import type { FailurePattern, ProcessView, ProjectView } from '../../../shared/process.ts'
import type { ProjectDesk } from './project-desk.ts'
import type { Declarations, Process, Stats } from './shapes.ts'

export function processesOf(desk: ProjectDesk, processes: readonly ProcessView[]): Record<string, Process> {
  return Object.fromEntries(processes.map(process => [process.label, processOf(desk, process)]))
}

function processOf(desk: ProjectDesk, process: ProcessView): Process {
  const { brokenBy } = process
  return {
    name: process.label,
    group: process.name,
    instance: process.instance,
    command: process.command,
    status: process.state,
    reason: process.reason,
    since: process.since,
    selected: desk.isSelected(process.label),
    user_disabled: !process.isWanted,
    broken: process.lastState === 'broken',
    broken_by: brokenBy && { failure_string: brokenBy.pattern, line: brokenBy.line, at: brokenBy.at },
    host: process.host,
    port: process.port,
    run: process.run,
    last_restart_time: process.startedAt,
    ended_at: process.endedAt,
    exit_code: process.exitCode,
    signal: process.signal,
    flapping: process.isFlapping,
    retry_at: process.retryAt,
  }
}

export function statsOf(desk: ProjectDesk, { processes }: ProjectView): Stats {
  const count = (...states: string[]) => processes.filter(({ state }) => states.includes(state)).length
  const [running, dead, broken] = [count('running', 'ready'), count('dead'), count('broken')]
  const selected = processes.filter(({ label }) => desk.isSelected(label)).length
  const total = processes.length
  return { total, running, stopped: total - running - dead - broken, dead, broken, selected }
}

/** Of the patterns those that hold for what `word` names. */
export function declarationsOf(
  word: string,
  processes: readonly ProcessView[],
  patterns: readonly FailurePattern[],
): z.infer<typeof Declarations> {
  const names: (string | null)[] = [null, ...processes.flatMap(({ name, label }) => [name, label])]
  const holding = patterns.filter(({ process }) => names.includes(process))
  const texts = holding.filter(({ isRegex, action }) => !isRegex && action.type === 'stop').map(({ pattern }) => pattern)
  return {
    process: word,
    declarations: [...new Set(texts)],
    patterns: holding.map(({ pattern, isRegex, action, process, source }) => ({
      ...{ pattern, is_regex: isRegex, action: action.type, process, source },
    })),
  }
}
