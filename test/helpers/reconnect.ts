/** A link to a host that is lost and comes back, as the product sees it. */
import type { HostView } from '../../src/shared/domain.ts'
import type { Product } from './product.ts'
import { waitFor } from './wait.ts'

/** Runs `lose`, and waits until the core has seen the loss and is connected again: until then it still counts on the old link. */
export async function reconnects(product: Product, name: string, lose: () => void): Promise<void> {
  const { since } = await hostOf(product, name)
  lose()
  const isBack = async () => {
    const host = await hostOf(product, name)
    return host.state === 'connected' && host.since > since
  }
  await waitFor(isBack, { timeoutMs: 40_000, what: `${name} to be back` })
}

export async function hostOf(product: Product, name: string): Promise<HostView> {
  const { hosts } = await product.call('host.list', {})
  const host = hosts.find(one => one.name === name)
  if (!host) throw new Error(`There is no host ${name}`)
  return host
}
