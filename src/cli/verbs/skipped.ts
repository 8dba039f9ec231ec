/** `drover skipped [DIR]`: what a push would leave out, and by which rule. */

import { bytesText, counted } from '../../shared/format.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { absolutePath } from '../folder.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const folder = absolutePath(args.operand('DIR') ?? '.')
  const preview = await cli.call('job.preview', { folder })
  if (cli.out.isJson) {
    cli.out.json(preview)
    return 0
  }
  cli.out.table(
    [
      { title: 'PATH', minWidth: 20, cut: 'start' },
      { title: 'RULE', minWidth: 12 },
    ],
    preview.skipped.map(({ path, rule }) => [path, rule]),
  )
  for (const warning of preview.warnings) cli.out.note(`${cli.out.paintError('yellow', 'warning:')} ${visibleLines(warning)}`)
  if (preview.isSkippedCut) cli.out.note('More is skipped than is listed here.')
  cli.out.note(`A push of ${visible(folder)} sends ${counted(preview.files, 'file')}, ${bytesText(preview.bytes)}.`)
  return 0
}
