/**
 * Stands between a program on a host and the sound server here, and speaks for each to the other: bytes in, bytes out, for one connection.
 * It lets a program play, and nothing else (requests.ts), and tells it of nothing but that (answers.ts). Pure: gate.ts has the sockets.
 */
import { isFlatDevice, readNews, readReply } from './answers.ts'
import { COMMAND, NEWEST_VERSION, NONE, OLDEST_VERSION, REFUSED } from './commands.ts'
import { FrameError, FrameReader, packetFrame } from './frames.ts'
import { type Awaited, judge } from './requests.ts'
import { numberOf, readTags, shapeOf, type TagItem, tag } from './tag-list.ts'

/** How many streams there may be yet, for all connections of a host. */
export type StreamBudget = { left: number }
export type Passed = { toServer: Buffer[]; toClient: Buffer[] }

/** What a program may have asked and not been answered; it could ask without end. */
const MAX_PENDING = 256
/** Of the one question of ours. Programs count theirs up from nothing. */
const OUR_TAG = 0xffff_fffe
const VERSION_MASK = 0xffff
const COOKIE_BYTES = 256
const MAX_ERROR_CODE = 63

export class SoundFilter {
  readonly #host: string
  readonly #budget: StreamBudget
  readonly #client = new FrameReader()
  readonly #server = new FrameReader()
  readonly #pending = new Map<number, Awaited>()
  readonly #streams = new Map<number, number>()
  #state: 'new' | 'asked' | 'granted' = 'new'
  #isFlat: boolean | null = null
  /** Of the sound that comes at this moment: it goes to a stream there is. */
  #isHeard = false

  constructor({ host, budget }: { host: string; budget: StreamBudget }) {
    this.#host = host
    this.#budget = budget
  }

  /** @throws {FrameError} for what ends the connection. */
  fromClient(chunk: Buffer): Passed {
    const passed: Passed = { toServer: [], toClient: [] }
    for (const frame of this.#client.read(chunk)) {
      if (frame.kind === 'packet') this.#asked(frame.body, passed)
      else if (frame.kind === 'sound-begin') {
        // One that the server has just ended is still played by whoever does not know it yet.
        this.#isHeard = this.#streams.has(frame.channel)
        if (this.#isHeard) passed.toServer.push(frame.header)
      } else if (this.#isHeard) passed.toServer.push(frame.bytes)
    }
    return passed
  }

  /** Never says anything to the server, to which sound may be on its way. @throws {FrameError} */
  fromServer(chunk: Buffer): Buffer[] {
    const toClient: Buffer[] = []
    for (const frame of this.#server.read(chunk)) {
      if (frame.kind !== 'packet') throw new FrameError('a server sends sound, which is a recording')
      const { command, tag: of, items } = opened(frame.body)
      const isReply = command === COMMAND.reply || command === COMMAND.error
      const said = isReply ? this.#replied(command, of, items) : readNews(command, items, this.#streams)
      if (said) toClient.push(packet(command, of, said))
      if (command === COMMAND.playbackStreamKilled) this.#forget(numberOf(items[0]))
    }
    return toClient
  }

  /** Gives back what it has taken of the budget. */
  close(): void {
    for (const awaited of this.#pending.values()) if (awaited === 'stream') this.#budget.left++
    this.#budget.left += this.#streams.size
    this.#pending.clear()
    this.#streams.clear()
  }

  #asked(body: Buffer, passed: Passed): void {
    const { command, tag: of, items } = opened(body)
    if (of >= OUR_TAG || this.#pending.has(of) || this.#pending.size >= MAX_PENDING)
      throw new FrameError(`a question tagged ${of}`)
    const refuse = (code: number) => passed.toClient.push(packet(COMMAND.error, of, [tag.number(code)]))
    if (command === COMMAND.auth && this.#state === 'new') {
      this.#introduce(of, items, passed)
      return
    }
    if (this.#state !== 'granted') {
      refuse(REFUSED.access)
      return
    }
    const verdict = judge(command, items, { host: this.#host, streams: this.#streams, isFlat: this.#isFlat })
    if (verdict === null) throw new FrameError(`command ${command} with ${shapeOf(items)}`)
    if (verdict.kind === 'refuse') refuse(verdict.code)
    else if (verdict.kind === 'answer') passed.toClient.push(packet(COMMAND.reply, of, verdict.items))
    else if (verdict.awaited === 'stream' && this.#budget.left <= 0) refuse(REFUSED.busy)
    else {
      if (verdict.awaited === 'stream') this.#budget.left--
      this.#pass(command, { of, ...verdict }, passed)
      if (command === COMMAND.deletePlaybackStream) this.#forget(numberOf(items[0]))
      if (verdict.awaited === 'name' && this.#isFlat === null) this.#askForDevice(passed)
    }
  }

  /** The server knows who we are by the socket: the host's own secret is no matter. Memory is shared with nobody. */
  #introduce(of: number, items: readonly TagItem[], passed: Passed): void {
    if (shapeOf(items) !== 'Lx' || items[1]?.bytes.length !== 5 + COOKIE_BYTES) throw new FrameError('a greeting that is none')
    const version = numberOf(items[0]) & VERSION_MASK
    if (version < OLDEST_VERSION) {
      passed.toClient.push(packet(COMMAND.error, of, [tag.number(REFUSED.version)]))
      return
    }
    this.#state = 'asked'
    const ours = [tag.number(Math.min(version, NEWEST_VERSION)), tag.blob(Buffer.alloc(COOKIE_BYTES))]
    this.#pass(COMMAND.auth, { of, items: ours, awaited: 'auth' }, passed)
  }

  #askForDevice(passed: Passed): void {
    if (this.#pending.has(OUR_TAG)) return
    const items = [tag.number(NONE), tag.text('@DEFAULT_SINK@')]
    this.#pass(COMMAND.getSinkInfo, { of: OUR_TAG, items, awaited: 'device' }, passed)
  }

  #pass(command: number, what: { of: number; items: TagItem[]; awaited: Awaited }, { toServer }: Passed): void {
    this.#pending.set(what.of, what.awaited)
    toServer.push(packet(command, what.of, what.items))
  }

  /** What the program is told of it; null for what is no matter of its. */
  #replied(command: number, of: number, items: readonly TagItem[]): TagItem[] | null {
    const awaited = this.#pending.get(of)
    if (awaited === undefined) return null
    this.#pending.delete(of)
    if (command === COMMAND.error) {
      if (awaited === 'stream') this.#budget.left++
      const code = numberOf(items[0])
      if (shapeOf(items) !== 'L' || code > MAX_ERROR_CODE) throw new FrameError('a server refuses in a way that is not known')
      return awaited === 'device' ? null : [...items]
    }
    const said = readReply(awaited, items)
    if (said === null) {
      if (awaited === 'stream') this.#budget.left++
      throw new FrameError(`a server answers ${awaited} with ${shapeOf(items)}`)
    }
    if (awaited === 'stream') this.#streams.set(numberOf(items[0]), numberOf(items[1]))
    if (awaited === 'device') this.#isFlat = isFlatDevice(items)
    if (awaited === 'auth') return this.#granted(numberOf(items[0]) & VERSION_MASK)
    return awaited === 'device' ? null : said
  }

  #granted(version: number): TagItem[] {
    if (version < OLDEST_VERSION) throw new FrameError(`a server of version ${version}`)
    this.#state = 'granted'
    return [tag.number(Math.min(version, NEWEST_VERSION))]
  }

  #forget(channel: number): void {
    if (this.#streams.delete(channel)) this.#budget.left++
  }
}

/** @throws {FrameError} */
function opened(body: Buffer): { command: number; tag: number; items: TagItem[] } {
  const [command, of, ...items] = readTags(body) ?? []
  if (command?.type !== 'L' || of?.type !== 'L') throw new FrameError('a packet without a command')
  return { command: numberOf(command), tag: numberOf(of), items }
}

function packet(command: number, of: number, items: readonly TagItem[]): Buffer {
  return packetFrame(Buffer.concat([tag.number(command).bytes, tag.number(of).bytes, ...items.map(({ bytes }) => bytes)]))
}
