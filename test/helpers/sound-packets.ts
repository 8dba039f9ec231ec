/** Packets of PulseAudio's native protocol for tests of the gate: made and read here by letters and raw bytes. */
import { expect } from 'vitest'
import { FrameReader, packetFrame } from '../../src/main/apps/sound/frames.ts'
import { readTags, type TagItem, tag } from '../../src/main/apps/sound/tag-list.ts'

export type Packet = { command: number; tag: number; items: TagItem[] }

export function packet(command: number, of: number, ...items: TagItem[]): Buffer {
  return packetFrame(Buffer.concat([tag.number(command).bytes, tag.number(of).bytes, ...items.map(({ bytes }) => bytes)]))
}

/** Sound for a channel, with its header. */
export function sound(channel: number, bytes: Buffer): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt32BE(bytes.length, 0)
  header.writeUInt32BE(channel, 4)
  return Buffer.concat([header, bytes])
}

/** The packets among all that crossed, and how much sound went to which channel. */
export function crossed(chunks: readonly Buffer[]): { packets: Packet[]; sound: Record<number, number> } {
  const sounds: Record<number, number> = {}
  const packets: Packet[] = []
  let channel = 0
  for (const frame of new FrameReader().read(Buffer.concat(chunks))) {
    if (frame.kind === 'sound-begin') channel = frame.channel
    else if (frame.kind === 'sound') sounds[channel] = (sounds[channel] ?? 0) + frame.bytes.length
    else {
      const [command, of, ...items] = readTags(frame.body) ?? expect.fail('a packet that cannot be read')
      packets.push({ command: number(command), tag: number(of), items })
    }
  }
  return { packets, sound: sounds }
}

/** A value of that type, of which no more is wanted. */
export function some(type: string): TagItem {
  const bytes: Record<string, readonly number[]> = {
    L: [0, 0, 0, 9],
    t: [0x78, 0],
    '1': [],
    B: [0],
    a: [3, 2, 0, 0, 0xbb, 0x80],
    m: [2, 1, 2],
    v: [2, 0, 1, 0, 0, 0, 1, 0, 0],
    V: [0, 1, 0, 0],
    P: [0x4e],
    f: [0x42, 1, 0x50, 0x4e],
    x: [0, 0, 0, 0],
  }
  return { type, bytes: Buffer.from([type.charCodeAt(0), ...(bytes[type] ?? [0, 0, 0, 0, 0, 0, 0, 0])]) }
}

/** Values of the types that a word names. */
export function values(shape: string): TagItem[] {
  return [...shape].map(some)
}

function number(item: TagItem | undefined): number {
  return item?.type === 'L' ? item.bytes.readUInt32BE(1) : expect.fail('a packet without a number')
}
