/** `drover export systemd [DIR]`: the processes of a project as units of systemd, written and not started. */
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { shellQuote } from '../../shared/shell-quote.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'
import { absolutePath } from '../folder.ts'
import { makeFolder } from '../make-folder.ts'
import { unitPath } from '../user-unit.ts'
import { projectFiles } from './up.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const dir = args.operand('DIR')
  if (dir !== undefined && args.has('procfile')) throw new UsageError('DIR and --procfile exclude each other')
  const isUser = args.has('user')
  const out = outFolder(cli, args.value('out'), isUser)
  const name = args.value('name')
  // What `up` has found is to be in the units, wherever they are written from.
  const { here: _, ...files } = await projectFiles(cli, args, dir)
  const made = await cli.call('project.export', {
    ...files,
    ...{ isUser, out, ...(name !== undefined && { name }) },
  })
  const paths = made.files.map(file => join(out, file.name))
  const there = paths.filter(path => existsSync(path))
  if (there.length > 0 && !args.has('force')) {
    const message = `${there.map(visible).join(', ')}: there already. Nothing was written. To write over: --force`
    throw new AppError('CONFLICT', message)
  }
  makeFolder(out)
  for (const { name, text, isSecret } of made.files) write(join(out, name), text, isSecret ? 0o600 : 0o644)
  if (cli.out.isJson) cli.out.json({ files: paths, target: made.target, notes: made.notes })
  else {
    for (const path of paths) cli.out.line(visible(path))
    for (const note of made.notes) cli.out.note(visible(note))
    cli.out.note(`To start them: ${visible(startLine({ out, paths, target: made.target, isUser, cli }))}`)
  }
  return 0
}

function outFolder(cli: Cli, out: string | undefined, isUser: boolean): string {
  if (out !== undefined) return absolutePath(out)
  if (isUser) return dirname(unitPath(cli.env))
  throw new UsageError('Say where to write the units: -o FOLDER', 'Or, for units of your own: drover export systemd --user')
}

/** Whole or not at all, and never readable by others meanwhile. */
function write(path: string, text: string, mode: number): void {
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
    chmodSync(draft, mode)
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

type Starting = { out: string; paths: readonly string[]; target: string; isUser: boolean; cli: Cli }

function startLine({ out, paths, target, isUser, cli }: Starting): string {
  const systemctl = isUser ? 'systemctl --user' : 'sudo systemctl'
  const isFound = isUser && out === dirname(unitPath(cli.env))
  const units = paths.filter(path => !path.endsWith('.env')).map(shellQuote)
  const known = isFound ? `${systemctl} daemon-reload` : `${systemctl} link ${units.join(' ')}`
  return `${known} && ${systemctl} enable --now ${target}`
}
