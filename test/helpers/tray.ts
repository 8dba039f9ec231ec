/** The tray of a core, read and chosen from over the bus as a panel does it, without a pointer. */
import { Variant } from '@jellybrick/dbus-next'
import type { BusClient } from './bus-client.ts'
import { waitFor } from './wait.ts'

export type Tray = {
  /** Its name on the bus. */
  item: string
  labels(): Promise<string[]>
  /** The entry that begins so, and in its menu the next. */
  choose(...labels: string[]): Promise<void>
}

const MENU = 'com.canonical.dbusmenu'
type Node = [number, Record<string, Variant>, Variant<Node>[]]

export async function trayOn(client: BusClient): Promise<Tray> {
  const item = await waitFor(async () => (await client.names()).find(name => name.startsWith('org.kde.StatusNotifierItem-')))
  const read = async () => {
    const [, root] = await client.call(item, '/MenuBar', `${MENU}.GetLayout`, 'iias', [0, -1, []])
    return (root as Node)[2].map(child => child.value)
  }
  const labelOf = ([, properties]: Node) => String(properties.label?.value ?? '—')
  return {
    item,
    labels: async () => (await read()).map(labelOf),
    choose: async (...labels) => {
      let level = await read()
      let id = 0
      for (const label of labels) {
        const found = level.find(node => labelOf(node).startsWith(label))
        if (!found) throw new Error(`No ${label} among ${level.map(labelOf).join(', ')}`)
        id = found[0]
        level = found[2].map(child => child.value)
      }
      await client.call(item, '/MenuBar', `${MENU}.Event`, 'isvu', [id, 'clicked', new Variant('s', ''), 0])
    },
  }
}
