/** `drover why ID`: the reason for a job's host, and what was known of the others. */

import { visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const { placement } = await cli.call('job.explain', { job: args.required('ID') })
  if (cli.out.isJson) cli.out.json(placement)
  else if (placement === null) cli.out.line('It has no host yet.')
  else {
    cli.out.line(`${cli.out.paint('bold', visibleLines(placement.host))}: ${visibleLines(placement.reason)}`)
    const rows = placement.candidates.map(({ host, score, refused }) => [
      host,
      score === null ? '-' : scoreText(score),
      refused ?? '',
    ])
    if (rows.length > 0) {
      cli.out.table([{ title: 'HOST' }, { title: 'SCORE', align: 'right' }, { title: 'LEFT OUT BECAUSE', minWidth: 20 }], rows)
    }
  }
  return 0
}

function scoreText(score: number): string {
  return Math.abs(score) >= 100 ? String(Math.round(score)) : score.toFixed(2)
}
