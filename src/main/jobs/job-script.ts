/**
 * The text a job's login shell runs on its host. It is POSIX sh whatever the user's shell is: the login shell is only told
 * `exec /bin/sh "$DROVER_SCRIPT"`, which means the same in bash, zsh, fish and dash, and has by then read the user's profile.
 */
import type { Command } from '../../shared/domain.ts'
import { shellJoin, shellQuote } from '../../shared/shell-quote.ts'

/**
 * The variables of `env` win over the profile's. A line goes to the user's own shell (`$SHELL`), an argument list is run as it is.
 * The workdir stands in `$DROVER_WORKDIR`, set by the agent, since a profile may have changed the current folder. The job's id stands in
 * `$DROVER_JOB` and not in here, for a process's next run has the same script.
 */
export function jobScript(job: { command: Command; env: Readonly<Record<string, string>>; hasTerminal: boolean }): string {
  const lines = [
    'cd "$DROVER_WORKDIR" || exit 126',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that expands this.
    'LANG="${LANG:-C.UTF-8}"; export LANG',
    'unset DROVER_SCRIPT DROVER_WORKDIR',
  ]
  if (!job.hasTerminal) lines.push('TERM=dumb; export TERM')
  for (const [name, value] of Object.entries(job.env)) lines.push(`export ${name}=${shellQuote(value)}`)
  if ('line' in job.command) lines.push(`exec "\${SHELL:-/bin/sh}" -c ${shellQuote(job.command.line)}`)
  // A name like `-rf` would be an option of bash's exec; dash has no `--` there, env has.
  else
    lines.push(`exec ${shellJoin(job.command.argv[0]?.startsWith('-') ? ['env', '--', ...job.command.argv] : job.command.argv)}`)
  return `${lines.join('\n')}\n`
}
