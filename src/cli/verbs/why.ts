/** `drover why ID [--replay]`: the reason for a job's host, and the numbers of each host that was weighed. */
import type { Explanation } from '../../shared/placement.ts'
import { candidateRows, NUMBER_TITLES } from '../../shared/placement-text.ts'
import { visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import type { Column } from '../table.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const withReplay = args.has('replay')
  const explanation = await cli.call('job.explain', { job: args.required('ID'), replay: withReplay })
  const { placement } = explanation
  if (cli.out.isJson) cli.out.json(explanation)
  else if (placement === null) cli.out.line('It has no host yet.')
  else {
    cli.out.line(`${cli.out.paint('bold', visibleLines(placement.host))}: ${visibleLines(placement.reason)}`)
    showCandidates(cli, explanation)
  }
  return withReplay ? tellReplay(cli, explanation) : 0
}

function showCandidates(cli: Cli, explanation: Explanation): void {
  const rows = candidateRows(explanation)
  if (rows.length === 0) return
  const columns: Column[] = [
    { title: 'HOST' },
    { title: 'LOSES', align: 'right' },
    ...NUMBER_TITLES.map(title => ({ title: title.toUpperCase(), align: 'right' as const })),
    { title: 'LEFT OUT BECAUSE', minWidth: 20 },
  ]
  cli.out.table(
    columns,
    rows.map(({ host, score, numbers, leftOut }) => [host, score, ...numbers, leftOut]),
  )
}

/** 1 where the same numbers lead elsewhere now, or none are kept. */
function tellReplay(cli: Cli, { replay, placement }: Explanation): number {
  if (replay?.isSame) cli.out.note('Weighed again, the same numbers give the same.')
  else if (replay)
    cli.out.note(
      `Weighed again, the same numbers give: ${visibleLines(replay.host ?? 'no host')}: ${visibleLines(replay.reason)}`,
    )
  else
    cli.out.note(
      placement === null
        ? 'There is nothing to weigh again.'
        : 'The numbers it was placed by are not kept: it was asked for there, or is old.',
    )
  return replay?.isSame ? 0 : 1
}
