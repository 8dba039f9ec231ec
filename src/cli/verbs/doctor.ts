/** `drover doctor`: what is missing where, and how to get it. */
import type { Finding } from '../../shared/contract.ts'
import { visible, visibleLines } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import type { Paint } from '../output.ts'

const MARKS: Readonly<Record<Finding['level'], readonly [string, Paint]>> = {
  ok: ['ok     ', 'green'],
  warning: ['warning', 'yellow'],
  error: ['error  ', 'red'],
}

export async function run(cli: Cli, _args: Args): Promise<number> {
  const { findings } = await cli.call('core.doctor', {})
  if (cli.out.isJson) cli.out.json(findings)
  else for (const finding of findings) show(cli, finding)
  return findings.some(finding => finding.level === 'error') ? 1 : 0
}

function show(cli: Cli, finding: Finding): void {
  const [mark, paint] = MARKS[finding.level]
  const where = finding.host === null ? 'here' : visible(finding.host)
  cli.out.line(`${cli.out.paint(paint, mark)} ${where}: ${visible(finding.subject)}: ${visibleLines(finding.message)}`)
  if (finding.fix !== null) cli.out.line(`        ${cli.out.paint('dim', '→')} ${visibleLines(finding.fix)}`)
}
