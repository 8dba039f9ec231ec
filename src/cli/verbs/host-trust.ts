/** `drover host trust HOST`: shows the keys a host offers, and accepts one when told to. */
import type { TrustOffer } from '../../shared/contract.ts'
import { visible } from '../../shared/visible.ts'
import type { Args } from '../args.ts'
import { askYes, canAsk } from '../ask.ts'
import type { Cli } from '../cli.ts'
import { UsageError } from '../errors.ts'

export async function run(cli: Cli, args: Args): Promise<number> {
  const name = args.required('HOST')
  const fingerprint = args.value('fingerprint')
  const offer = fingerprint === undefined ? await cli.call('host.trust', { name }) : await trust(cli, name, fingerprint)
  if (fingerprint !== undefined) return 0
  if (cli.out.isJson) {
    cli.out.json(offer)
    return offer.isTrusted ? 0 : 1
  }
  show(cli, offer)
  if (offer.isTrusted) {
    cli.out.line('It is trusted already.')
    return 0
  }
  const [key] = offer.keys
  if (key === undefined) throw new UsageError(`${name} offers no key that Drover knows`)
  const chosen = `--fingerprint ${key.fingerprint}`
  if (!canAsk(cli))
    throw new UsageError('There is no terminal to ask on', `If this is its key: ${cli.program.name} host trust ${name} ${chosen}`)
  const question =
    offer.changedFrom.length > 0 ? 'The key HAS CHANGED. Did you check the new one, and trust it?' : 'Is this its key?'
  if (!(await askYes(cli, question))) {
    cli.out.note('Nothing was accepted.')
    return 1
  }
  await trust(cli, name, key.fingerprint)
  return 0
}

async function trust(cli: Cli, name: string, fingerprint: string): Promise<TrustOffer> {
  const offer = await cli.call('host.trust', { name, fingerprint })
  if (cli.out.isJson) cli.out.json(offer)
  else cli.out.line(`Trusted: ${visible(name)} with ${visible(fingerprint)}`)
  return offer
}

function show(cli: Cli, offer: TrustOffer): void {
  cli.out.line(`${visible(offer.host)} (${visible(offer.address)}) shows`)
  for (const { type, fingerprint } of offer.keys) cli.out.line(`  ${visible(type)}  ${visible(fingerprint)}`)
  if (offer.changedFrom.length === 0) return
  cli.out.line(
    cli.out.paint(
      'red',
      'This is NOT the key it had before. Somebody may be listening in, or the host was set up anew. Known was',
    ),
  )
  for (const fingerprint of offer.changedFrom) cli.out.line(`  ${visible(fingerprint)}`)
}
