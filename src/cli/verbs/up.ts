/** `drover up`: starts the processes of a Procfile; without -d it shows what they print until they have ended. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Call } from '../../shared/contract.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { absolutePath, currentFolder } from '../folder.ts'
import { type UpInput, upForeground } from '../processes/foreground.ts'
import { noteProblems } from '../processes/problems.ts'
import { findProjectHere } from '../processes/project-here.ts'
import { ProjectWatch } from '../processes/project-watch.ts'
import { comeUp } from '../processes/settle.ts'
import { parseFormation } from '../processes/words.ts'
import { hereOf, parseCount, parseEnv } from '../values.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const host = args.value('on')
  const input: UpInput = {
    ...(await projectFiles(cli, args)),
    processes: [...args.operands('PROCESS')],
    env: parseEnv(args.values('env'), cli.env),
    ...(host !== undefined && { host }),
  }
  if (!args.has('detach')) return await upForeground(cli, input, { hasPrefix: !args.has('no-prefix') })
  return await upDetached(cli, input)
}

type ProjectFiles = Pick<UpInput, 'folder' | 'procfile' | 'formation' | 'port' | 'here'>

/** Which files and instances are meant: flags that `check` has as well, and its folder. */
export async function projectFiles(cli: Cli, args: Args, dir?: string): Promise<ProjectFiles> {
  const file = args.value('procfile')
  const formation = parseFormation(args.values('formation'), '--formation')
  const port = args.value('port')
  return {
    ...(file === undefined ? { folder: dir === undefined ? await projectFolder(cli.call) : absolutePath(dir) } : fileOf(file)),
    here: hereOf(cli.env),
    ...(Object.keys(formation).length > 0 && { formation }),
    ...(port !== undefined && { port: parsePort(port) }),
  }
}

/** The folder of the Procfile is the project's, as with foreman. */
function fileOf(file: string): { folder: string; procfile: string } {
  const path = absolutePath(file)
  return { folder: dirname(path), procfile: basename(path) }
}

/** A Procfile here begins a project of its own, also below another's folder. */
export async function projectFolder(call: Call): Promise<string> {
  const here = currentFolder()
  if (existsSync(join(here, 'Procfile'))) return here
  return (await findProjectHere(call))?.folder ?? here
}

export function parsePort(text: string): number {
  const port = parseCount(text, '--port')
  if (port < 1 || port > 65_535) throw new UsageError(`--port: ${port} is no port`, 'Ports go from 1 to 65535.')
  return port
}

async function upDetached(cli: Cli, input: UpInput): Promise<number> {
  const session = await cli.client().connect()
  try {
    const watch = await ProjectWatch.start(session)
    const { project } = await session.call('project.up', input)
    noteProblems(cli, project)
    watch.follow(project)
    const names = new Set(input.processes)
    const isMeant = ({ name, label }: { name: string; label: string }) => names.size === 0 || names.has(name) || names.has(label)
    const code = await comeUp(cli, { watch, isMeant })
    if (code === 0 && cli.out.isTerminal && !cli.out.isJson) {
      cli.out.note(`What they print: ${visible(cli.program.name)} logs -f   Stop them: ${visible(cli.program.name)} down`)
    }
    return code
  } finally {
    session.close()
  }
}
