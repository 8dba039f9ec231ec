/** `drover dashboard`: an address that lets a browser look, and do nothing. */
import { ageText } from '../../shared/format.ts'
import { UNENCRYPTED } from '../../shared/unencrypted.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli): Promise<number> {
  const dashboard = await cli.call('web.dashboard', {})
  if (cli.out.isJson) cli.out.json(dashboard)
  else {
    cli.out.line(dashboard.url)
    cli.out.note(`It signs in one browser, once, within ${ageText(dashboard.validMs)}, to look and do nothing else.`)
    if (!dashboard.isLocal) cli.out.note(UNENCRYPTED)
  }
  return 0
}
