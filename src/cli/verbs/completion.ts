/** `drover completion SHELL`. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { COMPLETION_SCRIPTS } from '../completion-scripts.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const script = COMPLETION_SCRIPTS[args.required('SHELL')]
  if (script === undefined) throw new TypeError('The table names a shell that has no script')
  if (cli.out.isJson) cli.out.json({ script })
  else cli.out.stdout.write(script)
  return 0
}
