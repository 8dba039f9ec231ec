/** `drover config edit`: the config in the user's editor; then whether it is right. */
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { pathsOf } from '../find-core.ts'
import { makeFolder } from '../make-folder.ts'

export async function run(cli: Cli, _args: Args): Promise<number> {
  const path = pathsOf(cli.env).configFile
  try {
    makeFolder(dirname(path))
  } catch (cause) {
    const message = `Cannot make the folder ${dirname(path)}: ${(cause as Error).message}. Mend that, or set XDG_CONFIG_HOME to another folder`
    throw new AppError('BAD_CONFIG', message, { cause })
  }
  const editor = cli.env.VISUAL || cli.env.EDITOR || 'vi'
  // As git and crontab do: the variable is shell text, such as "code --wait"; the path is an argument of its own.
  const { status, error } = spawnSync('/bin/sh', ['-c', `${editor} "$@"`, editor, path], { stdio: 'inherit' })
  if (error !== undefined || status !== 0) {
    throw new AppError('BAD_INPUT', `The editor failed: ${editor}. Choose another with VISUAL or EDITOR`, { cause: error })
  }
  const config = await cli.call('config.get', {})
  if (config.error !== null) throw new AppError('BAD_CONFIG', config.error)
  if (cli.out.isJson) cli.out.json({ path })
  return 0
}
