/** `drover logs [NAME…]`: the merged output of processes, or the bytes that a job wrote. */
import { AppError } from '../../shared/errors.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import type { CoreSession } from '../core-client.ts'
import { UsageError } from '../errors.ts'
import type { Grep } from '../job-grep.ts'
import { printJobLog } from '../job-log.ts'
import { resolveNames } from '../processes/names.ts'
import { printOutput } from '../processes/print-output.ts'
import { projectHere } from '../processes/project-here.ts'
import { parseSince } from '../processes/words.ts'
import { parseCount } from '../values.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const lines = args.value('lines')
  const since = args.value('since')
  const output = {
    lines: lines === undefined ? null : parseCount(lines, '--lines'),
    since: since === undefined ? null : parseSince(since, cli.now()),
    isFollowed: args.has('follow'),
    hasPrefix: !args.has('no-prefix'),
    grep: grepOf(args),
  }
  const session = await cli.client().connect()
  try {
    const { project, processes, jobs } = await chosen(session, args.operands('NAME'))
    const [job, second] = jobs
    if (job === undefined) {
      if (project === undefined) throw new TypeError('A process was found, but no project')
      return await printOutput(cli, session, { project, processes, ...output })
    }
    if (second !== undefined || processes.length > 0)
      throw new AppError('CONFLICT', 'The output of a job is printed by itself: name one job, or processes only')
    if (!output.hasPrefix) throw new UsageError('--no-prefix is for processes: lines of a job have none')
    return await printJobLog(cli, session, job, output)
  } finally {
    session.close()
  }
}

async function chosen(session: CoreSession, names: readonly string[]) {
  if (names.length > 0) return await resolveNames(session.call, names)
  return { project: await projectHere(session.call), processes: [], jobs: [] }
}

function grepOf(args: Args): Grep | null {
  const pattern = args.value('grep')
  const ignoreCase = args.has('ignore-case')
  if (pattern === undefined && ignoreCase) throw new UsageError('-i is for --grep')
  return pattern === undefined ? null : { pattern, ignoreCase }
}
