/** Every route of a project's server, once: what is asked, what is answered, and how. Its OpenAPI document and its page are made from this. */
import type { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { nearest } from '../../../shared/nearest.ts'
import type { ProcessView, ProjectView } from '../../../shared/process.ts'
import { LOOPBACK } from '../../loopback.ts'
import { declarationsOf, processesOf, statsOf } from './answers.ts'
import { type ProjectDesk, processesNamed } from './project-desk.ts'
import * as shapes from './shapes.ts'

export type Asked = { word: string; query: unknown; body: unknown }
export type Route = {
  readonly verb: 'GET' | 'POST'
  /** With `{process}` where a process is named. */
  readonly path: string
  readonly id: string
  readonly summary: string
  readonly query: z.ZodObject
  readonly body: z.ZodObject
  readonly answer: z.ZodObject
  run(desk: ProjectDesk, asked: Asked): Promise<unknown>
}

/** The project is as it was when the route was asked; `processes`: those that the path names. */
type Given<Query, Body> = { project: ProjectView; word: string; processes: ProcessView[]; query: Query; body: Body }
type Definition<Query extends z.ZodObject, Body extends z.ZodObject, Answer extends z.ZodObject> = {
  summary: string
  query?: Query
  body?: Body
  answer: Answer
  run(desk: ProjectDesk, given: Given<z.output<Query>, z.output<Body>>): Promise<z.input<Answer>> | z.input<Answer>
}

type None = typeof shapes.Nothing
function route<Answer extends z.ZodObject, Query extends z.ZodObject = None, Body extends z.ZodObject = None>(
  asked: string,
  id: string,
  definition: Definition<Query, Body, Answer>,
): Route {
  const [verb, path] = asked.split(' ') as [Route['verb'], string]
  const { summary, answer } = definition
  return {
    ...{ verb, path, id, summary, answer },
    query: definition.query ?? shapes.Nothing,
    body: definition.body ?? shapes.Nothing,
    run: async (desk, { word, query, body }) => {
      const project = await desk.project()
      const processes = path.includes('{process}') ? processesNamed(project, word) : []
      // Both have passed the schemas of this very route.
      return definition.run(desk, { project, word, processes, query: query as z.output<Query>, body: body as z.output<Body> })
    },
  }
}

const did = (message: string) => ({ success: true as const, message })

/** One of `process.start`, `.stop`, `.restart`, for what the path names. */
function act(verb: 'start' | 'stop' | 'restart', [doing, done]: readonly [string, string], more = ''): Route {
  return route(`POST /api/process/{process}/${verb}`, `${verb}Process`, {
    summary: `${doing} a process, or all instances of a name.${more}`,
    answer: shapes.DoneToProcesses,
    run: async (desk, { word, processes }) => {
      const labels = processes.map(({ label }) => label)
      const changed = await desk.call(`process.${verb}`, { project: desk.id, processes: labels })
      return { ...did(`${done} ${word}`), processes: processesOf(desk, changed.processes) }
    },
  })
}

function selectAll(verb: string, isSelected: boolean): Route {
  return route(`POST /api/processes/${verb}-all`, `${verb}All`, {
    summary: isSelected
      ? 'Have the output of all processes in what is polled.'
      : 'Have the output of no process in what is polled.',
    answer: shapes.DoneToProcesses,
    run: (desk, { project }) => {
      desk.select(project.processes, isSelected)
      return { ...did(`All processes are ${verb}ed`), processes: processesOf(desk, project.processes) }
    },
  })
}

export const routes: readonly Route[] = [
  route('GET /api/state', 'getState', {
    summary: 'All there is: to begin with.',
    answer: shapes.State,
    run: (desk, { project }) => ({
      project: { id: project.id, name: project.name, folder: project.folder },
      problems: project.problems.map(({ file, line, column, message }) => ({ file, line, column, message })),
      processes: processesOf(desk, project.processes),
      stats: statsOf(desk, project),
      daemon_status: 'running' as const,
      latest_message_id: desk.ring.lastId,
      version: desk.version,
    }),
  }),
  route('GET /api/processes', 'getProcesses', {
    summary: 'The processes and how they are.',
    answer: shapes.ProcessList,
    run: (desk, { project }) => ({ processes: processesOf(desk, project.processes) }),
  }),
  route('GET /api/poll', 'poll', {
    summary: 'What the selected processes have printed since, and how all of them are. To be asked again and again.',
    query: shapes.LastMessage,
    answer: shapes.Poll,
    run: (desk, { project, query }) => {
      const { lines, missed } = desk.ring.after(query.last_message_id)
      return {
        output_lines: lines.filter(({ process }) => desk.isSelected(process)),
        status_updates: Object.fromEntries(project.processes.map(({ label, state }) => [label, state])),
        stats: statsOf(desk, project),
        last_id: desk.ring.lastId,
        missed,
      }
    },
  }),
  route('GET /api/status', 'getStatus', {
    summary: 'How this server is doing.',
    answer: shapes.ServerStatus,
    run: (desk, { project }) => ({
      daemon_running: true as const,
      process_count: project.processes.length,
      line_count: desk.ring.lineCount,
      message_count: desk.ring.size,
      latest_message_id: desk.ring.lastId,
      uptime: desk.uptimeMs / 1000,
      stats: statsOf(desk, project),
    }),
  }),
  route('GET /api/daemon/info', 'getDaemonInfo', {
    summary: 'Which program this is, and where.',
    answer: shapes.DaemonInfo,
    run: (desk, { project }) => ({
      connected: true as const,
      connection_status: 'connected' as const,
      daemon_id: project.id,
      host: LOOPBACK,
      port: desk.port,
      pid: process.pid,
      version: desk.version,
      working_directory: project.folder,
      started_at: desk.startedAt,
    }),
  }),
  act('start', ['Start', 'Started'], ' What it depends on is started too.'),
  act('stop', ['Stop', 'Stopped']),
  act('restart', ['Restart', 'Restarted'], ' One that is broken no longer is.'),
  route('POST /api/process/{process}/toggle', 'toggleProcess', {
    summary: 'Have its output in what is polled, or no longer. Nothing happens to the process.',
    answer: shapes.Toggled,
    run: (desk, { word, processes }) => {
      const selected = !processes.every(({ label }) => desk.isSelected(label))
      desk.select(processes, selected)
      return { success: true as const, process: word, selected }
    },
  }),
  selectAll('select', true),
  selectAll('deselect', false),
  route('POST /api/output/clear', 'clearOutput', {
    summary: 'Forget the output that is kept here. The logs keep it.',
    answer: shapes.Cleared,
    run: desk => {
      desk.ring.clear()
      return { ...did('The output is cleared'), latest_message_id: desk.ring.lastId }
    },
  }),
  route('GET /api/failure-declarations/{process}', 'getFailureDeclarations', {
    summary: 'The failure patterns that hold for a process.',
    answer: shapes.Declarations,
    run: async (desk, { word, processes }) => await declared(desk, word, processes),
  }),
  route('POST /api/failure-declarations/{process}/add', 'addFailureDeclaration', {
    summary: 'From now on the process is stopped, and broken, when it prints this text, whatever the case of its letters.',
    body: shapes.FailureString,
    answer: shapes.Declared,
    run: async (desk, { word, processes, body }) => {
      await desk.call('pattern.add', { project: desk.id, process: word, pattern: body.failure_string })
      return { ...did(`Added to ${word}`), ...(await declared(desk, word, processes)) }
    },
  }),
  route('POST /api/failure-declarations/{process}/remove', 'removeFailureDeclaration', {
    summary: 'Take a text back. One that stands in a file of the project is removed there.',
    body: shapes.FailureString,
    answer: shapes.Declared,
    run: async (desk, { word, processes, body }) => {
      const patternId = await patternIdOf(desk, word, processes, body.failure_string)
      await desk.call('pattern.remove', { project: desk.id, patternId })
      return { ...did(`Removed from ${word}`), ...(await declared(desk, word, processes)) }
    },
  }),
  route('POST /api/shutdown', 'shutdown', {
    summary: 'Stop all processes of the project. This server stays, and so does everything else.',
    answer: shapes.Done,
    run: async desk => {
      await desk.call('project.down', { project: desk.id })
      return did('The processes are being stopped')
    },
  }),
  route('POST /api/restart', 'restartServer', {
    summary: 'Begin this server anew, at the same address. The processes go on.',
    answer: shapes.Done,
    run: desk => {
      desk.restart()
      return did('The server begins anew')
    },
  }),
]

async function declared(desk: ProjectDesk, word: string, processes: readonly ProcessView[]) {
  const { patterns } = await desk.call('pattern.list', { project: desk.id })
  return declarationsOf(word, processes, patterns)
}

/** What somebody else asked for, as a restart, or for all of the project, is not taken back under a process's name. */
async function patternIdOf(desk: ProjectDesk, word: string, processes: readonly ProcessView[], text: string): Promise<string> {
  const { patterns } = await desk.call('pattern.list', { project: desk.id })
  const texts = patterns.filter(({ isRegex, action }) => !isRegex && action.type === 'stop')
  const found = texts.find(({ process, pattern }) => process === word && pattern === text)
  if (found) return found.id
  const holding = declarationsOf(word, processes, texts).patterns
  const [other] = holding.filter(({ pattern }) => pattern === text)
  if (other !== undefined)
    throw new AppError('CONFLICT', `It holds for ${other.process ?? 'all of the project'}: remove it there`)
  const near = nearest(
    text,
    holding.map(({ pattern }) => pattern),
  )
  const hint = near === undefined ? '' : `. Did you mean ${JSON.stringify(near)}?`
  throw new AppError('NOT_FOUND', `${word} has no such failure string${hint}`)
}
