/** `drover token ls`. */
import { ageText } from '../../shared/format.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli): Promise<number> {
  const { tokens } = await cli.call('token.list', {})
  if (cli.out.isJson) cli.out.json(tokens)
  else {
    const now = cli.now()
    const ago = (at: number) => `${ageText(Math.max(0, now - at))} ago`
    const rows = tokens.map(({ name, createdAt, usedAt }) => [name, ago(createdAt), usedAt === null ? 'never' : ago(usedAt)])
    cli.out.table([{ title: 'NAME' }, { title: 'MADE' }, { title: 'LAST USED' }], rows)
  }
  return 0
}
