/**
 * The values of a control packet of PulseAudio's native protocol: each begins with a letter that tells its type. A packet is read whole or
 * not at all, so that nothing that was not understood can stand in what is passed on. Pure.
 */

/** `type`: the protocol's letter, but `t` also for a string that is null, and `1` for both truths. `bytes`: as it crosses, the letter too. */
export type TagItem = { readonly type: string; readonly bytes: Buffer }

const MAX_CHANNELS = 32
/** What a list of properties may hold; what programs say of themselves has some dozen. */
const MAX_PROPERTIES = 256
const NULL_STRING = 'N'
const FIXED_BYTES: Readonly<Record<string, number>> = { L: 4, B: 1, R: 8, r: 8, a: 6, '1': 0, '0': 0, T: 8, U: 8, V: 4, N: 0 }

/** Null for what is no list of values. */
export function readTags(packet: Buffer): TagItem[] | null {
  const items: TagItem[] = []
  for (let at = 0; at < packet.length; ) {
    const end = endOf(packet, at)
    if (end === null) return null
    const letter = String.fromCharCode(packet[at] ?? 0)
    const type = letter === NULL_STRING ? 't' : letter === '0' ? '1' : letter
    items.push({ type, bytes: packet.subarray(at, end) })
    at = end
  }
  return items
}

/** The types of all values, as one word: what a command takes is compared with it. */
export function shapeOf(items: readonly TagItem[]): string {
  return items.map(({ type }) => type).join('')
}

/** The number of an `L`, and -1, which none has, for anything else. */
export function numberOf(item: TagItem | undefined): number {
  return item?.type === 'L' ? item.bytes.readUInt32BE(1) : -1
}

/** The text of a `t`; null where it is null, or for anything else. */
export function textOf(item: TagItem | undefined): string | null {
  return item?.type === 't' && item.bytes.length > 1 ? item.bytes.toString('utf8', 1, item.bytes.length - 1) : null
}

/** The properties of a `P`, those that are text. */
export function propertiesOf(item: TagItem | undefined): Map<string, string> {
  const found = new Map<string, string>()
  if (item?.type !== 'P') return found
  const { bytes } = item
  for (let at = 1; bytes[at] === 0x74; ) {
    const keyEnd = bytes.indexOf(0, at)
    const start = keyEnd + 1 + 5 + 5
    const length = bytes.readUInt32BE(keyEnd + 2)
    const value = bytes.toString('utf8', start, start + length)
    if (value.endsWith('\0')) found.set(bytes.toString('utf8', at + 1, keyEnd), value.slice(0, -1))
    at = start + length
  }
  return found
}

export const tag = {
  number: (value: number): TagItem => {
    const bytes = Buffer.alloc(5, 'L')
    bytes.writeUInt32BE(value, 1)
    return { type: 'L', bytes }
  },
  byte: (value: number): TagItem => ({ type: 'B', bytes: Buffer.from([0x42, value]) }),
  text: (value: string | null): TagItem => ({
    type: 't',
    bytes: value === null ? Buffer.from(NULL_STRING) : Buffer.from(`t${value.replaceAll('\0', '')}\0`),
  }),
  truth: (value: boolean): TagItem => ({ type: '1', bytes: Buffer.from(value ? '1' : '0') }),
  /** A length of time, which is none. */
  noTime: (): TagItem => ({ type: 'U', bytes: Buffer.concat([Buffer.from('U'), Buffer.alloc(8)]) }),
  volume: (value: number): TagItem => {
    const bytes = Buffer.alloc(5, 'V')
    bytes.writeUInt32BE(value, 1)
    return { type: 'V', bytes }
  },
  blob: (value: Buffer): TagItem => ({ type: 'x', bytes: Buffer.concat([Buffer.from('x'), uint32(value.length), value]) }),
  properties: (values: Readonly<Record<string, string>>): TagItem => {
    const pairs = Object.entries(values).map(([key, value]) => {
      const text = Buffer.from(`${value}\0`)
      return Buffer.concat([tag.text(key).bytes, tag.number(text.length).bytes, tag.blob(text).bytes])
    })
    return { type: 'P', bytes: Buffer.concat([Buffer.from('P'), ...pairs, Buffer.from(NULL_STRING)]) }
  },
  /** Sound as numbers, one for each sample, and what is said of them. */
  plainSound: (values: Readonly<Record<string, string>>): TagItem => ({
    type: 'f',
    bytes: Buffer.concat([Buffer.from('f'), tag.byte(1).bytes, tag.properties(values).bytes]),
  }),
} as const

/** Where the value that begins there ends. */
function endOf(packet: Buffer, at: number): number | null {
  const letter = String.fromCharCode(packet[at] ?? 0)
  const inside = at + 1
  const fixed = Object.hasOwn(FIXED_BYTES, letter) ? FIXED_BYTES[letter] : undefined
  if (fixed !== undefined) return within(packet, inside + fixed)
  if (letter === 't') {
    const end = packet.indexOf(0, inside)
    return end < 0 ? null : end + 1
  }
  if (letter === 'x') return inside + 4 > packet.length ? null : within(packet, inside + 4 + packet.readUInt32BE(inside))
  if (letter === 'm' || letter === 'v') {
    const channels = packet[inside] ?? MAX_CHANNELS + 1
    return channels > MAX_CHANNELS ? null : within(packet, inside + 1 + channels * (letter === 'm' ? 1 : 4))
  }
  if (letter === 'P') return endOfProperties(packet, inside)
  // How something is encoded: a number, and properties.
  if (letter === 'f') return packet[inside] === 0x42 && packet[inside + 2] === 0x50 ? endOfProperties(packet, inside + 3) : null
  return null
}

/** Each is its name, the length of its value, and the value, until a name is null. */
function endOfProperties(packet: Buffer, start: number): number | null {
  let at = start
  for (let count = 0; count <= MAX_PROPERTIES; count++) {
    if (packet[at] === 0x4e) return at + 1
    if (packet[at] !== 0x74) return null
    const length = endOf(packet, at)
    if (length === null || packet[length] !== 0x4c) return null
    const value = endOf(packet, length)
    if (value === null || packet[value] !== 0x78) return null
    const end = endOf(packet, value)
    if (end === null || packet.readUInt32BE(length + 1) !== packet.readUInt32BE(value + 1)) return null
    at = end
  }
  return null
}

function within(packet: Buffer, end: number): number | null {
  return end <= packet.length ? end : null
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
