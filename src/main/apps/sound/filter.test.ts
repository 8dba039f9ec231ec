import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crossed, packet, sound, values } from '../../../../test/helpers/sound-packets.ts'
import { SoundFilter, type StreamBudget } from './filter.ts'
import { FrameError } from './frames.ts'
import { propertiesOf, shapeOf, type TagItem, tag } from './tag-list.ts'

const [ERROR, REPLY, CREATE, DELETE, AUTH, NAME] = [0, 2, 3, 4, 8, 9]
const NEW_STREAM = 'amLtL1LLLLv111111111P1111111B'
const STREAM_REPLY = 'LLLLLLLamLt1Uf'
const SINK_REPLY = 'LttamLv1LtUtLPUVLLLLtBf'
const [CHANNEL, STREAM] = [7, 70]
const SHARED_MEMORY = 0xc000_0000

/** A program that has said who it is, and been let in; `flags`: of the device here. */
function introduced(budget: StreamBudget = { left: 4 }, flags = 0): SoundFilter {
  const filter = letIn(budget)
  filter.fromClient(packet(NAME, 1, tag.properties({ 'application.name': 'Fiddle' })))
  filter.fromServer(packet(REPLY, 1, tag.number(3)))
  const device = values(SINK_REPLY).map((one, place) => (place === 12 ? tag.number(flags) : one))
  filter.fromServer(packet(REPLY, 0xffff_fffe, ...device))
  return filter
}

function letIn(budget: StreamBudget): SoundFilter {
  const filter = new SoundFilter({ host: 'box', budget })
  filter.fromClient(packet(AUTH, 0, tag.number(35), tag.blob(Buffer.alloc(256, 7))))
  filter.fromServer(packet(REPLY, 0, tag.number(35)))
  return filter
}

/** One that plays on channel 7, which others know as 70. */
function playing(budget?: StreamBudget, flags?: number): SoundFilter {
  const filter = introduced(budget, flags)
  filter.fromClient(packet(CREATE, 2, ...stream()))
  const [channel, index] = [tag.number(CHANNEL), tag.number(STREAM)]
  filter.fromServer(packet(REPLY, 2, channel, index, ...values(STREAM_REPLY.slice(2))))
  return filter
}

function stream(replaced: Readonly<Record<number, TagItem>> = {}, formats: readonly TagItem[] = []): TagItem[] {
  const items = values(NEW_STREAM).map(
    (item, place) => ({ 2: tag.number(0xffff_ffff), 3: tag.text(null), ...replaced })[place] ?? item,
  )
  return [...items.slice(0, -1), tag.byte(formats.length), ...formats]
}

const said = (chunks: readonly Buffer[]) => crossed(chunks).packets
const words = (items: readonly TagItem[]) => items.map(({ bytes }) => bytes.toString('latin1'))

test('neither side hears of memory to share, nor the server of the secret of the host', () => {
  const filter = new SoundFilter({ host: 'box', budget: { left: 1 } })
  const { toServer } = filter.fromClient(packet(AUTH, 0, tag.number(SHARED_MEMORY + 36), tag.blob(Buffer.alloc(256, 7))))
  expect(said(toServer)).toEqual([{ command: AUTH, tag: 0, items: [tag.number(35), tag.blob(Buffer.alloc(256))] }])
  expect(said(filter.fromServer(packet(REPLY, 0, tag.number(SHARED_MEMORY + 36))))).toEqual([
    { command: REPLY, tag: 0, items: [tag.number(35)] },
  ])
})

test.each([
  ['a version whose packets are laid out otherwise', tag.number(12), 17],
  ['nothing before it has said who it is', tag.number(35), 1],
])('%s is refused', (_, version, code) => {
  const filter = new SoundFilter({ host: 'box', budget: { left: 1 } })
  const first = code === 17 ? packet(AUTH, 5, version, tag.blob(Buffer.alloc(256))) : packet(20, 5)
  const { toServer, toClient } = filter.fromClient(first)
  expect(toServer).toEqual([])
  expect(said(toClient)).toEqual([{ command: ERROR, tag: 5, items: [tag.number(code)] }])
})

test('a new stream goes to the device that is there, harms no other, and is named after its host', () => {
  const filter = introduced()
  const loud: TagItem = { type: 'v', bytes: Buffer.from([0x76, 2, 0, 9, 0, 0, 0, 0, 0x80, 0]) }
  const asked = stream({
    3: tag.text('@DEFAULT_SINK@'),
    10: loud,
    20: tag.properties({ 'media.name': 'A tune\u0007', 'filter.apply': 'echo-cancel', 'media.role': 'phone' }),
  })
  const [created] = said(filter.fromClient(packet(CREATE, 2, ...asked)).toServer)
  const items = created?.items ?? []
  expect(shapeOf(items)).toBe(NEW_STREAM)
  expect([items[2], items[3]]).toEqual([tag.number(0xffff_ffff), tag.text(null)])
  expect(items[10]?.bytes).toEqual(Buffer.from([0x76, 2, 0, 1, 0, 0, 0, 0, 0x80, 0]))
  expect(Object.fromEntries(propertiesOf(items[20]))).toEqual({ 'media.name': 'A tune\\x07' })
  expect(words([16, 26, 27].flatMap(place => items[place] ?? []))).toEqual(['0', '1', '0'])
  const [reply] = said(filter.fromServer(packet(REPLY, 2, ...values(STREAM_REPLY))))
  expect(words(reply?.items.slice(9, 11) ?? [])).toEqual(['L\0\0\0\0', 'tdrover\0'])
  const named = letIn({ left: 1 }).fromClient(packet(NAME, 1, tag.properties({ 'application.name': 'Fiddle', x: 'y' })))
  expect(Object.fromEntries(propertiesOf(said(named.toServer)[0]?.items[0]))).toEqual({ 'application.name': 'Fiddle (box)' })
})

test('of encodings only sound as numbers is played, described by what is known', () => {
  const ac3: TagItem = { type: 'f', bytes: Buffer.from([0x66, 0x42, 2, 0x50, 0x4e]) }
  const pcm = tag.plainSound({ 'format.rate': '48000', other: 'x', 'format.channel_map': 'é' })
  const both = said(introduced().fromClient(packet(CREATE, 2, ...stream({}, [ac3, pcm]))).toServer)
  expect(words(both[0]?.items.slice(28) ?? [])).toEqual(words([tag.byte(1), tag.plainSound({ 'format.rate': '48000' })]))
  const none = introduced().fromClient(packet(CREATE, 2, ...stream({}, [ac3])))
  expect(said(none.toClient)).toEqual([{ command: ERROR, tag: 2, items: [tag.number(19)] }])
})

test('whatever is not known is refused with its own tag, and never reaches the server', () => {
  const known = [AUTH, ...Object.keys(SHAPES).map(Number)]
  for (let command = 0; command < 300; command++) {
    if (known.includes(command)) continue
    const { toServer, toClient } = playing().fromClient(packet(command, 1000 + command, ...values('LLt')))
    expect(toServer).toEqual([])
    expect(said(toClient)).toEqual([{ command: ERROR, tag: 1000 + command, items: [tag.number(1)] }])
  }
})

test('only its own streams are a program to name, and to play to', () => {
  const filter = playing()
  for (const [command, index, rest] of [
    [DELETE, 8, ''],
    [41, 8, '1'],
    [37, 71, 'v'],
    [69, 71, '1'],
    [29, 71, ''],
  ] as const) {
    const { toServer, toClient } = filter.fromClient(packet(command, 9, tag.number(index), ...values(rest)))
    expect(toServer).toEqual([])
    expect(said(toClient)).toEqual([{ command: ERROR, tag: 9, items: [tag.number(5)] }])
  }
  const both = Buffer.concat([sound(8, Buffer.alloc(500)), sound(CHANNEL, Buffer.alloc(300))])
  expect(crossed(filter.fromClient(both).toServer).sound).toEqual({ [CHANNEL]: 300 })
  filter.fromClient(packet(DELETE, 10, tag.number(CHANNEL)))
  expect(filter.fromClient(sound(CHANNEL, Buffer.alloc(300))).toServer).toEqual([])
})

test('a volume that would move that of the device is not set, any other is, and none is more than all', () => {
  const loud: TagItem = { type: 'v', bytes: Buffer.from([0x76, 1, 0, 9, 0, 0]) }
  const [set] = said(playing().fromClient(packet(37, 9, tag.number(STREAM), loud)).toServer)
  expect(set?.items[1]?.bytes).toEqual(Buffer.from([0x76, 1, 0, 1, 0, 0]))
  const refused = playing(undefined, 0x40).fromClient(packet(37, 9, tag.number(STREAM), loud))
  expect(said(refused.toClient)).toEqual([{ command: ERROR, tag: 9, items: [tag.number(15)] }])
})

test('a host has so many streams for all its programs, and has them back', () => {
  const budget = { left: 1 }
  const first = playing(budget)
  expect(budget.left).toBe(0)
  const { toServer, toClient } = introduced(budget).fromClient(packet(CREATE, 3, ...stream()))
  expect(toServer).toEqual([])
  expect(said(toClient)).toEqual([{ command: ERROR, tag: 3, items: [tag.number(26)] }])
  first.fromServer(packet(64, 0xffff_ffff, tag.number(CHANNEL)))
  expect(budget.left).toBe(1)
  const second = introduced(budget)
  second.fromClient(packet(CREATE, 3, ...stream()))
  second.fromServer(packet(ERROR, 3, tag.number(4)))
  expect(budget.left).toBe(1)
  playing(budget).close()
  expect(budget.left).toBe(1)
})

test('what the server tells of others, of devices and of microphones stays here', () => {
  const filter = playing()
  const news: readonly [number, TagItem[]][] = [
    [66, [tag.number(2), tag.number(71)]],
    [66, [tag.number(1), tag.number(STREAM)]],
    [61, [tag.number(8), tag.number(1)]],
    [91, values('tP')],
    [REPLY, values('L')],
    [REPLY, []],
  ]
  for (const [command, items] of news) expect(filter.fromServer(packet(command, 0xffff_ffff, ...items))).toEqual([])
  const [event] = said(filter.fromServer(packet(66, 0xffff_ffff, tag.number(0x12), tag.number(STREAM))))
  expect(event?.items).toEqual([tag.number(0x12), tag.number(STREAM)])
  const moved = packet(78, 0xffff_ffff, tag.number(CHANNEL), tag.number(4), tag.text('alsa.usb'), ...values('1LLLLU'))
  expect(Buffer.concat(filter.fromServer(moved)).includes('alsa')).toBe(false)
  expect(() => filter.fromServer(sound(CHANNEL, Buffer.alloc(10)))).toThrow(FrameError)
})

test.each([
  ['a packet that is too long', Buffer.from('00ffffffffffffff00000000000000000000000000', 'hex')],
  ['memory that is shared', Buffer.from('0000001000000007000000000000000080000000', 'hex')],
  ['a tag twice', Buffer.concat([packet(12, 50, tag.number(CHANNEL)), packet(12, 50, tag.number(CHANNEL))])],
  ['our own tag', packet(12, 0xffff_fffe, tag.number(CHANNEL))],
  ['values too many', packet(DELETE, 50, tag.number(CHANNEL), tag.number(1))],
  ['no value', packet(DELETE, 50)],
])('%s ends the connection', (_, bytes) => {
  expect(() => playing().fromClient(bytes)).toThrow(FrameError)
})

/** What may reach a server, and how it is laid out, said once more: held against whatever a host may send. */
const SHAPES: Readonly<Record<number, RegExp>> = {
  [CREATE]: /^amLtL1LLLLv111111111P1111111Bf*$/,
  [DELETE]: /^L$/,
  [NAME]: /^P$/,
  10: /^t$/,
  12: /^L$/,
  14: /^LT$/,
  20: /^$/,
  21: /^Lt$/,
  22: /^$/,
  24: /^$/,
  29: /^L$/,
  35: /^L$/,
  37: /^Lv$/,
  41: /^L1$/,
  42: /^L$/,
  43: /^L$/,
  46: /^Lt$/,
  60: /^L$/,
  69: /^L1$/,
  72: /^LLLLL11$/,
  74: /^LL$/,
  81: /^LLP$/,
  82: /^LP$/,
  84: /^Lt*$/,
  85: /^t*$/,
}
/** Answered without the server. */
const ANSWERED = [10, 20, 21, 22, 24, 81, 82, 84, 85]

const OF_A_STREAM = [
  ...([DELETE, 12, 29, 42, 43, 60] as const).map(command => [command, 'L'] as const),
  ...([41, 69] as const).map(command => [command, 'L1'] as const),
  ...([
    [14, 'LT'],
    [37, 'Lv'],
    [46, 'Lt'],
    [72, 'LLLLL11'],
    [74, 'LL'],
  ] as const),
] as const
const numbers = fc.oneof(fc.constantFrom(CHANNEL, STREAM, 0, 0xffff_ffff), fc.nat(0xffff_ffff))
const properties = fc
  .dictionary(fc.constantFrom('media.name', 'filter.apply', 'application.name', 'media.role'), fc.string())
  .map(tag.properties)
const item = fc.oneof(
  numbers.map(tag.number),
  fc.string({ unit: 'binary', maxLength: 20 }).map(tag.text),
  fc.constantFrom(...'1BamvVPfxTUrR').map(type => values(type)[0] ?? tag.truth(true)),
  properties,
)
const asked = fc.oneof(
  fc.record({ command: fc.nat(110), items: fc.array(item, { maxLength: 6 }) }),
  fc.tuple(fc.constantFrom(...OF_A_STREAM), numbers).map(([[command, shape], index]) => {
    return { command, items: [tag.number(index), ...values(shape.slice(1))] }
  }),
  fc.tuple(properties, numbers).map(([said, sink]) => ({ command: CREATE, items: stream({ 2: tag.number(sink), 20: said }) })),
)
const client = fc.oneof(
  asked.map(({ command, items }) => packet(command, command + 100, ...items)),
  fc.tuple(fc.nat(9), fc.uint8Array({ minLength: 1, maxLength: 50 })).map(([to, bytes]) => sound(to, Buffer.from(bytes))),
  fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
  fc
    .tuple(asked, fc.nat(200), fc.nat(255))
    .map(([{ command, items }, at, byte]) => changed(packet(command, command + 100, ...items), at, byte)),
)

function changed(bytes: Buffer, at: number, byte: number): Buffer {
  bytes[at % bytes.length] = byte
  return bytes
}

test('whatever a host sends, nothing reaches the server but what may', () => {
  fc.assert(
    fc.property(fc.array(client, { maxLength: 5 }), fc.nat(40), (sent, cut) => {
      const { toServer, isEnded } = sentThrough(sent)
      const bytes = Buffer.concat(sent)
      const cutUp = sentThrough([bytes.subarray(0, cut), bytes.subarray(cut)])
      expect(cutUp.isEnded).toBe(isEnded)
      if (!isEnded) expect(Buffer.concat(cutUp.toServer)).toEqual(Buffer.concat(toServer))
      const { packets, sound: sounds } = crossed(toServer)
      for (const { command, items } of packets) {
        expect(ANSWERED).not.toContain(command)
        expect(shapeOf(items)).toMatch(SHAPES[command] ?? /^never$/)
        if (command === CREATE) expect(items[2]).toEqual(tag.number(0xffff_ffff))
        if ([NAME, CREATE, 35].includes(command)) continue
        const own = [29, 37, 69].includes(command) ? STREAM : CHANNEL
        expect(items[0]).toEqual(tag.number(own))
      }
      expect(Object.keys(sounds).filter(channel => channel !== String(CHANNEL))).toEqual([])
      for (const forbidden of ['filter.apply', 'media.role']) expect(Buffer.concat(toServer).includes(forbidden)).toBe(false)
    }),
    { numRuns: 600 },
  )
})

test('whatever a server sends, it ends in nothing but an end', () => {
  fc.assert(
    fc.property(fc.array(client, { maxLength: 4 }), sent => {
      const filter = playing()
      filter.fromClient(packet(29, 300, tag.number(STREAM)))
      try {
        for (const bytes of sent) crossed(filter.fromServer(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError)
      }
    }),
    { numRuns: 300 },
  )
})

/** What had reached the server until the connection ended. */
function sentThrough(sent: readonly Buffer[]): { toServer: Buffer[]; isEnded: boolean } {
  const filter = playing()
  const toServer: Buffer[] = []
  try {
    for (const bytes of sent) toServer.push(...filter.fromClient(bytes).toServer)
    return { toServer, isEnded: false }
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError)
    return { toServer, isEnded: true }
  }
}
