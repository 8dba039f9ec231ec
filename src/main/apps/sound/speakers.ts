/**
 * The only device that programs of a host are told of: made up, so that they learn nothing of those of this computer, and always the one
 * that sound goes to by itself. Pure.
 */
import { NONE } from './commands.ts'
import { numberOf, type TagItem, tag, textOf } from './tag-list.ts'

const INDEX = 0
const NAME = 'drover'
const DEFAULT_NAME = '@DEFAULT_SINK@'
const DESCRIPTION = 'Sound by Drover'
/** Its volume can be told in decibels, it is far away, and knows how late it is. */
const FLAGS = 0x2a
const IDLE = 1
export const FULL_VOLUME = 0x1_0000
/** 16 bits, two channels, 48,000 a second; left and right; both at full volume. */
const SAMPLES: TagItem = { type: 'a', bytes: Buffer.from([0x61, 3, 2, 0, 0, 0xbb, 0x80]) }
const LEFT_RIGHT: TagItem = { type: 'm', bytes: Buffer.from([0x6d, 2, 1, 2]) }
const VOLUME: TagItem = { type: 'v', bytes: Buffer.from([0x76, 2, 0, 1, 0, 0, 0, 1, 0, 0]) }

export const speakers = { index: tag.number(INDEX), name: tag.text(NAME) } as const

/** Whether the device that is named by its index or its name is this one. Neither: the one that is there. */
export function isSpeakers(index: TagItem | undefined, name: TagItem | undefined): boolean {
  const [number, text] = [numberOf(index), textOf(name)]
  if (text !== null) return text === NAME || text === DEFAULT_NAME
  return number === INDEX || number === NONE
}

export function speakersInfo(): TagItem[] {
  return [
    ...[speakers.index, speakers.name, tag.text(DESCRIPTION), SAMPLES, LEFT_RIGHT],
    ...[tag.number(NONE), VOLUME, tag.truth(false)],
    // What it plays can be listened to nowhere.
    ...[tag.number(NONE), tag.text('')],
    ...[tag.noTime(), tag.text(NAME), tag.number(FLAGS)],
    ...[tag.properties({ 'device.description': DESCRIPTION, 'device.class': 'sound' }), tag.noTime()],
    ...[tag.volume(FULL_VOLUME), tag.number(IDLE), tag.number(FULL_VOLUME + 1), tag.number(NONE)],
    ...[tag.number(0), tag.text(null)],
    ...[tag.byte(1), tag.plainSound({})],
  ]
}

/** Without a name of a person, of a computer, of a microphone. */
export function serverInfo(): TagItem[] {
  return [
    ...[tag.text(NAME), tag.text('1.0'), tag.text(''), tag.text('')],
    ...[SAMPLES, speakers.name, tag.text(''), tag.number(0), LEFT_RIGHT],
  ]
}
