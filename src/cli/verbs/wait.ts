/** `drover wait ID…`: returns when the jobs have ended. */
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { jobExitCode, summaryText } from '../job-exit.ts'
import { JobsEnd } from '../jobs-end.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const session = await cli.client().connect()
  try {
    const jobs = await JobsEnd.of(session, args.operands('ID'))
    const ended = await Promise.all(
      jobs.all.map(async ({ id }) => {
        const job = await jobs.ended(id)
        if (!cli.out.isJson) cli.out.line(summaryText(job, cli.now()))
        return job
      }),
    )
    if (cli.out.isJson) cli.out.json(ended)
    return ended.map(jobExitCode).find(code => code !== 0) ?? 0
  } finally {
    session.close()
  }
}
