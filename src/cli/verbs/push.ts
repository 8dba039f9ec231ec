/** `drover push -- CMD`, and `p [WORKER] -- CMD`. */

import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { commandOf } from '../command-of.ts'
import { EXIT_INTERRUPTED } from '../errors.ts'
import { currentFolder } from '../folder.ts'
import { launch } from '../launch.ts'
import { parseEnv } from '../values.ts'
import { maySend } from '../whole-home.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const sync = !args.has('no-sync')
  const folder = currentFolder()
  if (sync && !args.has('yes') && !(await maySend(cli, folder))) {
    cli.out.note('Nothing was sent.')
    return EXIT_INTERRUPTED
  }
  const input = {
    command: commandOf(args.command),
    folder,
    sync,
    host: args.value('on') ?? (cli.program.name === 'p' ? args.operand('WORKER') : undefined) ?? null,
    env: parseEnv(args.values('env'), cli.env),
    needs: args.values('needs').flatMap(needs => needs.split(',')),
    pull: [...args.values('pull')],
  }
  return await launch(cli, args, (call, { terminal, jobId }) => call('job.push', { ...input, terminal, jobId }))
}
