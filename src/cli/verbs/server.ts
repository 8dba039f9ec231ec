/** `drover server [DIR]`: an address at which programs see and steer a project. The token is told this once. */
import type { OpenedWindow } from '../../shared/contract.ts'
import { AppError, toErrorBody } from '../../shared/errors.ts'
import type { ProjectView } from '../../shared/process.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { displayOf } from '../display.ts'
import { UsageError } from '../errors.ts'
import { absolutePath } from '../folder.ts'
import { noteProblems } from '../processes/problems.ts'
import { hereOf } from '../values.ts'
import { parsePort, projectFolder } from './up.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  if (args.has('no-token') && args.has('new-token')) throw new UsageError('--no-token and --new-token exclude each other')
  const port = args.value('port')
  const wish = {
    port: port === undefined ? null : parsePort(port),
    token: args.has('no-token') ? ('none' as const) : args.has('new-token') ? ('new' as const) : ('keep' as const),
    cascade: args.has('cascade'),
  }
  const dir = args.operand('DIR')
  const project = await startedProject(cli, dir === undefined ? await projectFolder(cli.call) : absolutePath(dir))
  const { server, token } = await cli.call('server.open', { project: project.id, ...wish })
  const window = args.has('no-ui') ? null : await openWindow(cli, project)
  if (cli.out.isJson) {
    cli.out.json({ server, token, window })
    return 0
  }
  noteProblems(cli, project)
  const address = `${server.address}/api`
  cli.out.line(address)
  if (token !== null) cli.out.line(token)
  cli.out.note(`It serves ${visible(project.folder)} until: drover quit. What it takes: ${address}/docs`)
  cli.out.note(tokenNote(server.hasToken, token, address))
  if (window !== null) noteWindow(cli, window)
  return 0
}

/** As `up` does, where nothing of it is to run yet. */
async function startedProject(cli: Cli, folder: string): Promise<ProjectView> {
  const known = await cli.call('project.get', { project: folder }).catch(error => {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null
    throw error
  })
  if (known?.project.processes.some(({ isWanted }) => isWanted)) return known.project
  return (await cli.call('project.up', { folder, here: hereOf(cli.env) })).project
}

function tokenNote(hasToken: boolean, token: string | null, address: string): string {
  if (!hasToken) return 'No token is asked for: every program of this computer can steer it, of whatever user.'
  if (token === null) return 'Its token is the one that was shown before. Make a new one: drover server --new-token'
  return `The second line is its token, which is not shown again: echo "Authorization: Bearer $TOKEN" | curl -H @- ${address}/state`
}

/** A window that does not come is told, and no reason not to serve. */
async function openWindow(cli: Cli, { id }: ProjectView): Promise<OpenedWindow | null> {
  const display = displayOf(cli.env)
  if (display === null) return null
  try {
    return await cli.call('window.open', { display, route: `/processes/${id}` })
  } catch (error) {
    // What was opened before has a token to be told.
    cli.out.note(`The window was not opened: ${visibleLines(toErrorBody(error).message)}`)
    return null
  }
}

function noteWindow(cli: Cli, { openedWith, problem }: OpenedWindow): void {
  if (openedWith !== null) cli.out.note(`Opened in ${visible(openedWith)}`)
  else cli.out.note(`The window was not opened${problem === null ? '' : `: ${visibleLines(problem)}`}`)
}
