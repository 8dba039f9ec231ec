/**
 * What a program on a host may ask of the sound server here: to play streams of its own, and nothing else. What it asks is passed on as it
 * must be, answered without the server, or refused. Pure; filter.ts asks it of each packet.
 */
import { visible } from '../../../shared/visible.ts'
import { COMMAND, NONE, REFUSED } from './commands.ts'
import { FULL_VOLUME, isSpeakers, serverInfo, speakers, speakersInfo } from './speakers.ts'
import { numberOf, propertiesOf, shapeOf, type TagItem, tag, textOf } from './tag-list.ts'

/** What a connection has come to. */
export type Playing = {
  /** What the person calls the host: shown beside the program's name. */
  readonly host: string
  /** Its streams: their channels, and what the server calls them elsewhere. */
  readonly streams: ReadonlyMap<number, number>
  /** A stream's volume moves that of the device too; null while nobody knows. */
  readonly isFlat: boolean | null
}
/** Which answer of the server is awaited: see answers.ts. */
export type Awaited = 'auth' | 'name' | 'done' | 'stream' | 'latency' | 'buffer' | 'stream-info' | 'device'
export type Verdict =
  | { kind: 'pass'; items: TagItem[]; awaited: Awaited }
  | { kind: 'answer'; items: TagItem[] }
  | { kind: 'refuse'; code: number }

type Rule = { shape: RegExp; decide(items: readonly TagItem[], playing: Playing): Verdict }

const SUBSCRIBE_STREAMS = 0x4
const PCM = 1
const MAX_NAME = 200

const refuse = (code: number): Verdict => ({ kind: 'refuse', code })
const answer = (...items: TagItem[]): Verdict => ({ kind: 'answer', items })
const pass = (items: readonly TagItem[], awaited: Awaited): Verdict => ({ kind: 'pass', items: [...items], awaited })

/** Of what names a stream by its channel, only that of one's own goes through. */
function ofStream(shape: RegExp, awaited: Awaited = 'done'): Rule {
  return {
    shape,
    decide: (items, { streams }) => (streams.has(numberOf(items[0])) ? pass(items, awaited) : refuse(REFUSED.noEntity)),
  }
}

const RULES: Readonly<Record<number, Rule>> = {
  [COMMAND.setClientName]: {
    shape: /^P$/,
    decide: ([properties], { host }) => {
      const name = clean(propertiesOf(properties).get('application.name') ?? 'An app')
      // Server keep volumes by this name: with the host in it they are never those of a program here.
      return pass([tag.properties({ 'application.name': `${name} (${host})` })], 'name')
    },
  },
  [COMMAND.createPlaybackStream]: { shape: /^amLtL1LLLLv111111111P1111111Bf*$/, decide: newStream },
  [COMMAND.deletePlaybackStream]: ofStream(/^L$/),
  [COMMAND.drainPlaybackStream]: ofStream(/^L$/),
  [COMMAND.flushPlaybackStream]: ofStream(/^L$/),
  [COMMAND.triggerPlaybackStream]: ofStream(/^L$/),
  [COMMAND.prebufPlaybackStream]: ofStream(/^L$/),
  [COMMAND.corkPlaybackStream]: ofStream(/^L1$/),
  [COMMAND.getPlaybackLatency]: ofStream(/^LT$/, 'latency'),
  [COMMAND.setPlaybackStreamBufferAttr]: ofStream(/^LLLLL11$/, 'buffer'),
  [COMMAND.updatePlaybackStreamSampleRate]: ofStream(/^LL$/),
  [COMMAND.setPlaybackStreamName]: {
    shape: /^Lt$/,
    decide: ([channel, name], { streams }) =>
      channel && streams.has(numberOf(channel))
        ? pass([channel, tag.text(clean(textOf(name) ?? ''))], 'done')
        : refuse(REFUSED.noEntity),
  },
  [COMMAND.setSinkInputVolume]: {
    shape: /^Lv$/,
    decide: ([stream, volume], playing) => {
      if (!stream || !volume || !isOwn(stream, playing)) return refuse(REFUSED.noEntity)
      return playing.isFlat === false ? pass([stream, capped(volume)], 'done') : refuse(REFUSED.badState)
    },
  },
  [COMMAND.setSinkInputMute]: {
    shape: /^L1$/,
    decide: (items, playing) => (isOwn(items[0], playing) ? pass(items, 'done') : refuse(REFUSED.noEntity)),
  },
  [COMMAND.getSinkInputInfo]: {
    shape: /^L$/,
    decide: (items, playing) => (isOwn(items[0], playing) ? pass(items, 'stream-info') : refuse(REFUSED.noEntity)),
  },
  [COMMAND.subscribe]: {
    shape: /^L$/,
    // Of what else happens here it is not told; its device never changes.
    decide: ([mask]) => pass([tag.number((Math.max(0, numberOf(mask)) & SUBSCRIBE_STREAMS) >>> 0)], 'done'),
  },
  [COMMAND.getServerInfo]: { shape: /^$/, decide: () => answer(...serverInfo()) },
  [COMMAND.getSinkInfoList]: { shape: /^$/, decide: () => answer(...speakersInfo()) },
  // As on a computer without a microphone, which programs know better than a refusal.
  [COMMAND.getSourceInfoList]: { shape: /^$/, decide: () => answer() },
  [COMMAND.getSinkInfo]: {
    shape: /^Lt$/,
    decide: ([index, name]) => (isSpeakers(index, name) ? answer(...speakersInfo()) : refuse(REFUSED.noEntity)),
  },
  [COMMAND.lookupSink]: {
    shape: /^t$/,
    decide: ([name]) =>
      textOf(name) !== null && isSpeakers(undefined, name) ? answer(speakers.index) : refuse(REFUSED.noEntity),
  },
  // What a program says of itself beside its name may make a server load modules or send streams elsewhere: it is heard by nobody.
  [COMMAND.updateClientProplist]: { shape: /^LP$/, decide: () => answer() },
  [COMMAND.updatePlaybackStreamProplist]: { shape: /^LLP$/, decide: () => answer() },
  [COMMAND.removeClientProplist]: { shape: /^t*$/, decide: () => answer() },
  [COMMAND.removePlaybackStreamProplist]: { shape: /^Lt*$/, decide: () => answer() },
}

/** Null for what is not laid out as the protocol has it: whoever sends that is heard no further. */
export function judge(command: number, items: readonly TagItem[], playing: Playing): Verdict | null {
  const rule = Object.hasOwn(RULES, command) ? RULES[command] : undefined
  if (rule === undefined) return refuse(REFUSED.access)
  return rule.shape.test(shapeOf(items)) ? rule.decide(items, playing) : null
}

/** The values of a new stream, by their places. */
const STREAM = {
  sink: 2,
  sinkName: 3,
  volume: 10,
  noMove: 16,
  properties: 20,
  relativeVolume: 26,
  passthrough: 27,
  formatCount: 28,
}

function newStream(items: readonly TagItem[]): Verdict {
  const at = (place: number) => items[place]
  const volume = at(STREAM.volume)
  if (volume === undefined || !isSpeakers(at(STREAM.sink), at(STREAM.sinkName))) return refuse(REFUSED.noEntity)
  const formats = items.slice(STREAM.formatCount + 1)
  if (formats.length !== at(STREAM.formatCount)?.bytes[1]) return refuse(REFUSED.notSupported)
  const heard = formats.flatMap(plainSound)
  if (heard.length === 0 && formats.length > 0) return refuse(REFUSED.notSupported)
  const mediaName = propertiesOf(at(STREAM.properties)).get('media.name')
  const replaced: Readonly<Record<number, TagItem>> = {
    [STREAM.sink]: tag.number(NONE),
    [STREAM.sinkName]: tag.text(null),
    [STREAM.volume]: capped(volume),
    // The person may move it to another device.
    [STREAM.noMove]: tag.truth(false),
    [STREAM.properties]: tag.properties({ 'media.name': clean(mediaName ?? 'Sound') }),
    // So it leaves the volume of the device as it is.
    [STREAM.relativeVolume]: tag.truth(true),
    // It would keep all others from being heard.
    [STREAM.passthrough]: tag.truth(false),
    [STREAM.formatCount]: tag.byte(heard.length),
  }
  const values = items.slice(0, STREAM.formatCount + 1).map((item, place) => replaced[place] ?? item)
  return pass([...values, ...heard], 'stream')
}

/** Nothing for what a server would not decode itself, but hand to a device; else the numbers and names that describe it. */
function plainSound({ bytes }: TagItem): TagItem[] {
  if (bytes[2] !== PCM) return []
  const properties = [...propertiesOf({ type: 'P', bytes: bytes.subarray(3) })]
  const known = properties.filter(([key, value]) => /^format\.[a-z_]{1,40}$/.test(key) && /^[\x20-\x7e]{0,400}$/.test(value))
  return [tag.plainSound(Object.fromEntries(known))]
}

/** No louder than the loudest that is meant to be heard: above it servers make sound louder than it is. */
function capped(volume: TagItem): TagItem {
  const bytes = Buffer.from(volume.bytes)
  for (let at = 2; at < bytes.length; at += 4) bytes.writeUInt32BE(Math.min(bytes.readUInt32BE(at), FULL_VOLUME), at)
  return { type: volume.type, bytes }
}

function isOwn(stream: TagItem | undefined, { streams }: Playing): boolean {
  return [...streams.values()].includes(numberOf(stream))
}

/** Text that is shown to the person. */
function clean(text: string): string {
  return visible(text).slice(0, MAX_NAME)
}
