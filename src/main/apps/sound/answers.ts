/**
 * What the sound server here says to a program on a host: answers to what was passed on, and news of its own streams, laid out as they must
 * be and without what they tell of this computer. All else stays here. Pure; filter.ts asks it of each packet.
 */
import { COMMAND, NONE } from './commands.ts'
import type { Awaited } from './requests.ts'
import { speakers } from './speakers.ts'
import { numberOf, shapeOf, type TagItem, tag } from './tag-list.ts'

type Reply = { shape: RegExp; replaced?: Readonly<Record<number, TagItem>> }

const NOTHING_MORE = tag.properties({})

const REPLIES: Readonly<Record<Awaited, Reply>> = {
  auth: { shape: /^L$/ },
  name: { shape: /^L$/ },
  done: { shape: /^$/ },
  // Its channel, its index, how much is wanted, its buffer (4), samples, channels, the device (3), how late it is, the format.
  stream: { shape: /^LLLLLLLamLt1Uf$/, replaced: { 9: speakers.index, 10: speakers.name } },
  latency: { shape: /^UU1TTrrRR$/ },
  buffer: { shape: /^LLLLU$/ },
  // Index, name, module, client, device, samples, channels, volume, how late (2), resampler, driver, muted, properties, corked …
  'stream-info': {
    shape: /^LtLLLamvUUtt1P111f$/,
    replaced: { 2: tag.number(NONE), 4: speakers.index, 11: speakers.name, 13: NOTHING_MORE },
  },
  // The first values alone are read, and none of it is passed on.
  device: { shape: /^LttamLv1LtUtLPU/ },
}

/** What the server tells of a stream unasked; its channel comes first. */
const NEWS: Readonly<Record<number, Reply>> = {
  [COMMAND.request]: { shape: /^LL$/ },
  [COMMAND.overflow]: { shape: /^L$/ },
  [COMMAND.underflow]: { shape: /^Lr$/ },
  [COMMAND.started]: { shape: /^L$/ },
  [COMMAND.playbackStreamKilled]: { shape: /^L$/ },
  [COMMAND.playbackStreamSuspended]: { shape: /^L1$/ },
  [COMMAND.playbackStreamMoved]: { shape: /^LLt1LLLLU$/, replaced: { 1: speakers.index, 2: speakers.name } },
  [COMMAND.playbackStreamEvent]: { shape: /^LtP$/, replaced: { 2: NOTHING_MORE } },
  [COMMAND.playbackBufferAttrChanged]: { shape: /^LLLLLU$/ },
}

const FACILITY = 0xf
const OF_STREAMS = 2
const FLAT_VOLUME = 0x40

/** Null for an answer that is not laid out as the protocol has it: nobody knows what it would tell. */
export function readReply(awaited: Awaited, items: readonly TagItem[]): TagItem[] | null {
  return cleared(REPLIES[awaited], items)
}

/** Null for what is not for this program. */
export function readNews(command: number, items: readonly TagItem[], streams: ReadonlyMap<number, number>): TagItem[] | null {
  if (command === COMMAND.subscribeEvent) {
    const [event, index] = [numberOf(items[0]), numberOf(items[1])]
    const isOwn = shapeOf(items) === 'LL' && (event & FACILITY) === OF_STREAMS && [...streams.values()].includes(index)
    return isOwn ? [...items] : null
  }
  const news = Object.hasOwn(NEWS, command) ? NEWS[command] : undefined
  return news && streams.has(numberOf(items[0])) ? cleared(news, items) : null
}

/** Whether a stream's volume moves that of the device, as its own description says. */
export function isFlatDevice(items: readonly TagItem[]): boolean {
  return (numberOf(items[12]) & FLAT_VOLUME) !== 0
}

function cleared({ shape, replaced = {} }: Reply, items: readonly TagItem[]): TagItem[] | null {
  return shape.test(shapeOf(items)) ? items.map((item, place) => replaced[place] ?? item) : null
}
