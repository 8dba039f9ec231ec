/** `drover launch --app APP [--action ACTION] [-- FILE-OR-ADDRESS…]`: an app of the catalogue, as a menu starts it. */
import { resolve } from 'node:path'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { currentFolder } from '../folder.ts'

export type Launched = {
  app: string
  action: string | null
  host: string | null
  display: Readonly<Record<string, string>> | null
  newInstance: boolean
}

/** Returns when the app has begun: a desktop waits for nobody. */
export async function launchApp(cli: Cli, args: Args, launched: Launched): Promise<number> {
  const targets = args.command.map(absoluteTarget)
  const { jobs } = await cli.call('app.open', { ...launched, targets })
  if (cli.out.isJson) cli.out.json(jobs)
  else {
    for (const { id, host, reason } of jobs) {
      if (reason !== null) cli.out.note(`[${visible(reason)}]`)
      cli.out.line(host === null ? id : `${id}\t${visible(host)}`)
    }
  }
  return 0
}

function absoluteTarget(target: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(target) ? target : resolve(currentFolder(), target)
}
