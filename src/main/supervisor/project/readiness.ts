/** Where an instance is asked whether it is ready: its own port and variables put into what drover.yaml says. */
import type { ProjectProblem, Readiness, ReadinessProbe } from '../../../shared/project.ts'
import { expand } from './expand.ts'
import { readPort } from './ports.ts'
import { PROJECT_FILE, type ProjectFile } from './project-file.ts'
import type { ProcessFields } from './project-schema.ts'

export type Asked = {
  readonly file: ProjectFile
  readonly name: string
  readonly ready: NonNullable<ProcessFields['ready']>
  readonly lookUp: (variable: string) => string | undefined
}

export function readinessOf({ file, name, ready, lookUp }: Asked): { readiness: Readiness; problem: ProjectProblem | null } {
  let problem: ProjectProblem | null = null
  const refuse = (kind: 'tcp' | 'http', message: string) => {
    problem ??= { file: PROJECT_FILE, ...file.placeOf(['processes', name, 'ready', kind], 'value'), message, severity: 'error' }
  }
  const put = (kind: 'tcp' | 'http', written: string): string => {
    const { text, missing } = expand(written, lookUp)
    if (missing.length > 0) refuse(kind, `\${${missing[0]}} has no value`)
    return text
  }
  const probeOf = (): ReadinessProbe => {
    if (ready.log !== undefined) return { kind: 'log', pattern: ready.log }
    if (ready.command !== undefined) return { kind: 'command', line: ready.command }
    if (ready.tcp !== undefined) {
      const port = readPort(put('tcp', `${ready.tcp}`))
      if (port === null) refuse('tcp', 'is no port: 1 to 65535')
      return { kind: 'tcp', port: port ?? 0 }
    }
    const url = put('http', (ready.http ?? '').replace(/^\//, `http://127.0.0.1:${lookUp('PORT')}/`))
    if (!URL.canParse(url)) refuse('http', 'is no address')
    else if (new URL(url).protocol !== 'http:')
      refuse('http', 'must begin with http:// : an answer is asked for without encryption')
    return { kind: 'http', url }
  }
  return { readiness: { probe: probeOf(), timeoutMs: ready.timeout, intervalMs: ready.interval }, problem }
}
