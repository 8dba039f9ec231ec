/** `drover host import [SOURCE] [NAME…]`: hosts that other tools know, and what they pin to them. */
import type { Importable } from '../../shared/contract.ts'
import { ageText, counted } from '../../shared/format.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import type { Cli } from '../cli.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const source = args.operand('SOURCE') as Importable['source'] | undefined // One of the table's choices.
  if (source === undefined) return await showSources(cli)
  const names = [...args.operands('NAME')]
  const { added, pinned, skipped } = await cli.call('host.import', { source, ...(names.length > 0 && { names }) })
  if (cli.out.isJson) cli.out.json({ added, pinned, skipped })
  else {
    for (const name of added) cli.out.line(`Added ${visible(name)}`)
    for (const { app, host } of pinned) cli.out.line(`Pinned ${visible(app)} to ${visible(host)}`)
    for (const { name, why } of skipped) cli.out.note(`Left out ${visible(name)}: ${visible(why)}`)
    if (added.length === 0 && pinned.length === 0 && skipped.length === 0) cli.out.note('There was nothing to take over.')
  }
  return names.some(name => !added.includes(name)) ? 1 : 0
}

async function showSources(cli: Cli): Promise<number> {
  const { sources } = await cli.call('host.importable', {})
  if (cli.out.isJson) {
    cli.out.json(sources)
    return 0
  }
  const rows = sources.flatMap(source =>
    source.hosts.map(host => [source.source, host.name, host.connection, host.isKnown ? 'known already' : '']),
  )
  if (rows.length > 0)
    cli.out.table([{ title: 'SOURCE' }, { title: 'HOST' }, { title: 'CONNECTION', minWidth: 12 }, { title: '' }], rows)
  for (const { app, host, isKnown } of sources.flatMap(source => source.pins))
    cli.out.line(`${visible(app)} is pinned to ${visible(host)} there${isKnown ? ', and has a pin here already' : ''}`)
  for (const source of sources) {
    if (source.error !== null) {
      cli.out.note(visible(source.error))
      continue
    }
    const fresh = [
      ...(source.hosts.some(host => !host.isKnown) ? [counted(source.hosts.filter(host => !host.isKnown).length, 'host')] : []),
      ...(source.pins.some(pin => !pin.isKnown) ? [counted(source.pins.filter(pin => !pin.isKnown).length, 'pin')] : []),
    ]
    const when = source.importedAt === null ? '' : `, last taken over ${ageText(cli.now() - source.importedAt)} ago`
    const what =
      fresh.length > 0 ? `: take over ${fresh.join(' and ')} with: drover host import ${source.source}` : ': nothing new'
    cli.out.note(`${visible(source.path)}${what}${when}`)
  }
  if (sources.length === 0) cli.out.note('No other tool here knows hosts.')
  return 0
}
