/** `drover host test HOST`: each step to a host, and which one fails. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { reasonAndAdvice } from '../host-text.ts'
import { unlocking } from '../keys.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const { host, steps } = await unlocking(cli, () => cli.call('host.test', { name: args.required('HOST') }))
  const isFine = steps.every(step => step.ok)
  if (cli.out.isJson) cli.out.json({ host, steps })
  else {
    cli.out.table(
      [
        { title: '', paint: (cell, row) => cli.out.paint(steps[row]?.ok ? 'green' : 'red', cell) },
        { title: 'STEP' },
        { title: 'TIME', align: 'right' },
        { title: 'WHAT', minWidth: 20 },
      ],
      steps.map(step => [step.ok ? 'ok' : 'fails', step.name, `${Math.round(step.tookMs)} ms`, step.detail]),
    )
    if (!isFine) for (const line of reasonAndAdvice(host)) cli.out.note(line)
  }
  return isFine ? 0 : 1
}
