/** `drover host tag HOST [+TAG] [-TAG]`. */
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const name = args.required('HOST')
  const words = args.operands('TAG')
  const unsigned = words.find(word => !/^[+-]./.test(word))
  if (unsigned !== undefined)
    throw new UsageError(`"${unsigned}": say whether the tag comes or goes`, `+${unsigned} or -${unsigned}`)
  const of = (sign: string) => words.filter(word => word.startsWith(sign)).map(word => word.slice(1))
  const { tags } = await cli.call('host.tag', { name, add: of('+'), remove: of('-') })
  if (cli.out.isJson) cli.out.json({ name, tags })
  else for (const tag of tags) cli.out.line(visible(tag))
  return 0
}
