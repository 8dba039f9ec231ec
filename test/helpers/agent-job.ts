/** A job as the core would have an agent start it. */
import { randomUUID } from 'node:crypto'
import type { StartSpec } from '../../src/main/hosts/agent.ts'
import { jobScript } from '../../src/main/jobs/job-script.ts'
import type { Command } from '../../src/shared/domain.ts'

export type JobOptions = Partial<StartSpec> & { env?: Record<string, string> }

export function jobSpec(command: Command | string, options: JobOptions = {}): StartSpec {
  const { env = {}, ...rest } = options
  const id = rest.id ?? randomUUID()
  const parsed = typeof command === 'string' ? { line: command } : command
  const text = 'line' in parsed ? parsed.line : parsed.argv.join(' ')
  return {
    id,
    owner: 'me',
    worker: 'h1',
    folder: '/home/me/my project',
    command: text,
    script: jobScript({ command: parsed, env, hasTerminal: Boolean(rest.terminal) }),
    workdir: null,
    terminal: null,
    process: null,
    ...rest,
  }
}
