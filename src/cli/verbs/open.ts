/** `drover open`: the window, on the display that we are on, or the address with which a browser can open it. */
import { ageText } from '../../shared/format.ts'
import { UNENCRYPTED } from '../../shared/unencrypted.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { displayOf } from '../display.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const window = await cli.call('window.open', { display: args.has('print') ? null : displayOf(cli.env) })
  if (cli.out.isJson) cli.out.json(window)
  else if (window.openedWith !== null) {
    cli.out.line(`Opened in ${visible(window.openedWith)}${window.address === null ? '' : `: ${window.address}`}`)
    if (!window.isShown) cli.out.note('It has not signed in yet. If no window comes, or it shows an error: drover open --print')
  } else {
    if (window.problem !== null) cli.out.note(visibleLines(window.problem))
    if (window.url !== null) cli.out.line(window.url)
    const where = window.isLocal ? 'a browser on this computer' : 'a browser'
    cli.out.note(`Open it in ${where}. It signs in once, within ${ageText(window.validMs)}.`)
    if (!window.isLocal) cli.out.note(UNENCRYPTED)
  }
  return 0
}
