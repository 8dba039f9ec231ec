/**
 * The agent's rows as our types: strict, field by field. Its seconds become our milliseconds, its null is `-`.
 */
import type { ErrorCode } from '../../shared/errors.ts'
import { AppError, ERROR_CODES } from '../../shared/errors.ts'
import type {
  AgentEvent,
  AgentInfo,
  AgentJob,
  AgentJobSample,
  AgentProcess,
  AgentTree,
  FolderStat,
  HostDisk,
  KeptProcess,
} from './agent.ts'
import { decodeField, violation } from './agent-protocol.ts'
import type { HostCounters } from './host-sample.ts'

export type DiskEntry = { kind: (typeof ENTRY_KINDS)[number]; id: string; bytes: number; usedAt: number }
export type Hello = { info: AgentInfo; eventOffset: string; hostSeconds: number; counters: HostCounters }
/** `hostSeconds`: the host's time, in the few samples that tell it. */
export type SampleAnswer = { counters: HostCounters; hostSeconds: number | null }

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const NAME_CHARACTERS = 64
/** A thousand times as much is still a whole number to the store: as kB in bytes, as seconds or ticks in milliseconds. */
const MOST = 9e15
/** The year 5138: later ones are no date to all that shows them. */
const MOST_SECONDS = 1e11
const MOST_CLOCK_TICKS = 1e6
/** Linux gives none beyond 2^22: https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html (pid_max). */
const MOST_PID = 2 ** 22
/** What a kernel counts up to: a storage server's network cards come near. */
const MOST_COUNTED = 2 ** 64
/** A job that is no run of a process. */
const NO_RUN = { process: null, logDropped: 0 }
const ENTRY_KINDS = ['workdir', 'job', 'folder', 'spare', 'agent', 'visit'] as const

/** Reads the words of a row one after another. @throws {AppError} `PROTOCOL` on what is not as asked. */
class Words {
  readonly #row: string
  readonly #words: string[]
  #at = 0

  constructor(row: string) {
    this.#row = row
    this.#words = row.split(' ')
  }

  word(): string {
    const word = this.#words[this.#at++]
    if (word === undefined) throw violation(`word ${this.#at} of a row`, this.#row)
    return word
  }
  text(): string {
    return decodeField(this.word())
  }
  textOrNull(): string | null {
    const word = this.word()
    return word === '-' ? null : decodeField(word)
  }
  number({ least = 0, most = MOST } = {}): number {
    const word = this.word()
    const number = /^\d{1,20}(?:\.\d{1,6})?$/.test(word) ? Number(word) : Number.NaN
    if (!(number >= least && number <= most)) throw violation('a number', this.#row)
    return number
  }
  /** Of a job and, behind a slash, of the app that is drawn for it. */
  pids(): { pid: number | null; appPid: number | null } {
    const [own = '', app = '-', ...others] = this.word().split('/')
    if (others.length > 0) throw violation('PIDs', this.#row)
    return { pid: this.#pidOf(own), appPid: this.#pidOf(app) }
  }
  counter(): number {
    return this.number({ most: MOST_COUNTED })
  }
  seconds(): number {
    return this.number({ most: MOST_SECONDS })
  }
  numberOrNull(): number | null {
    return this.#orNull(() => this.number())
  }
  counterOrNull(): number | null {
    return this.#orNull(() => this.counter())
  }
  secondsOrNull(): number | null {
    return this.#orNull(() => this.seconds())
  }
  oneOf<T extends string>(known: readonly T[]): T {
    const word = this.word()
    const found = known.find(one => one === word)
    if (found === undefined) throw violation(`one of ${known.join(', ')}`, this.#row)
    return found
  }
  id(): string {
    const id = this.text()
    if (!UUID.test(id)) throw violation('an id', this.#row)
    return id
  }
  flag(): boolean {
    return this.oneOf(['0', '1']) === '1'
  }
  isAtEnd(): boolean {
    return this.#at === this.#words.length
  }
  end(): void {
    if (!this.isAtEnd()) throw violation(`a row of ${this.#at} words`, this.#row)
  }
  #pidOf(word: string): number | null {
    if (word === '-') return null
    const pid = /^\d{1,7}$/.test(word) ? Number(word) : 0
    if (pid < 1 || pid > MOST_PID) throw violation('a PID', this.#row)
    return pid
  }
  #orNull(read: () => number): number | null {
    if (this.#words[this.#at] !== '-') return read()
    this.#at++
    return null
  }
}

export function parseHello(rest: string): Hello {
  const words = new Words(rest)
  const info = {
    version: words.text(),
    bootId: words.text(),
    root: words.text(),
    user: words.text(),
    home: words.text(),
    shell: words.text(),
    hostname: words.text(),
    arch: words.text(),
    kernel: words.text(),
    cpus: words.number(),
    hasGpu: words.flag(),
    tmux: words.textOrNull(),
    rsync: words.textOrNull(),
    clockTicks: words.number({ least: 1, most: MOST_CLOCK_TICKS }),
  }
  const eventOffset = words.text()
  const hostSeconds = words.seconds()
  const counters = readCounters(words)
  words.end()
  return { info: { ...info, memoryTotalBytes: counters.memoryTotalKb * 1024 }, eventOffset, hostSeconds, counters }
}

export function parseSample(rest: string): SampleAnswer {
  const words = new Words(rest)
  const counters = readCounters(words)
  const hostSeconds = words.secondsOrNull()
  words.end()
  return { counters, hostSeconds }
}

/** The host's time, as `clock` answers. */
export function parseClock(rest: string): number {
  const words = new Words(rest)
  const hostSeconds = words.seconds()
  words.end()
  return hostSeconds
}

function readCounters(words: Words): HostCounters {
  const [user, nice, system] = [words.number(), words.number(), words.number()]
  const [idle, ioWait] = [words.number(), words.number()]
  const busy = user + nice + system + words.number() + words.number() + words.number()
  return {
    busy,
    idle,
    ioWait,
    memoryTotalKb: words.number(),
    memoryAvailableKb: words.number(),
    load1: words.number(),
    uptimeCentiseconds: words.number(),
    cpuPressure: words.numberOrNull(),
    memoryPressure: words.numberOrNull(),
    ioPressure: words.numberOrNull(),
    deviceSet: words.number(),
    receivedBytes: words.counterOrNull(),
    sentBytes: words.counterOrNull(),
    readSectors: words.counterOrNull(),
    writtenSectors: words.counterOrNull(),
    diskKb: words.numberOrNull(),
    diskFreeKb: words.numberOrNull(),
  }
}

/** `clockOffsetMs`: the host's clock less ours. */
export function parseJob(rest: string, clockOffsetMs: number): AgentJob {
  const words = new Words(rest)
  const time = () => timeOrNull(words, clockOffsetMs)
  const job = {
    id: words.id(),
    state: words.oneOf(['starting', 'running', 'ended', 'lost', 'link-lost']),
    ...words.pids(),
    startedAt: time(),
    endedAt: time(),
    exitCode: words.numberOrNull(),
    signal: words.textOrNull(),
    isStopped: words.flag(),
    reason: words.textOrNull(),
    logBytes: words.number(),
    hasTerminal: words.flag(),
    owner: words.text(),
    worker: words.text(),
    folder: words.text(),
    command: words.text(),
    workdir: words.text(),
    // Two words more.
    ...(words.isAtEnd() ? NO_RUN : readRun(words)),
  }
  words.end()
  return job
}

function readRun(words: Words): Pick<AgentJob, 'process' | 'logDropped'> {
  const text = words.text()
  const [, id = '', run] = /^(.{36}):([1-9]\d{0,14})$/.exec(text) ?? []
  if (!UUID.test(id)) throw violation('a run of a process', text)
  return { process: { id, run: Number(run) }, logDropped: words.number() }
}

function timeOrNull(words: Words, clockOffsetMs: number): number | null {
  const seconds = words.secondsOrNull()
  return seconds === null ? null : seconds * 1000 - clockOffsetMs
}

export function parseKeptProcess(rest: string, clockOffsetMs: number): KeptProcess {
  const words = new Words(rest)
  const process = {
    id: words.id(),
    owner: words.text(),
    jobId: words.id(),
    run: words.number({ least: 1 }),
    failures: words.number(),
    isStopped: words.flag(),
    nextAt: timeOrNull(words, clockOffsetMs),
  }
  words.end()
  return process
}

export function parseRestart(rest: string, clockOffsetMs: number): Extract<AgentEvent, { type: 'restart-planned' }> {
  const words = new Words(rest)
  const [processId, jobId] = [words.id(), words.id()]
  const at = words.seconds() * 1000 - clockOffsetMs
  const failures = words.number()
  words.end()
  return { type: 'restart-planned', processId, jobId, at, failures }
}

/** Whether it was stopped, as `stop-process` answers. */
export function parseFlag(rest: string): boolean {
  const words = new Words(rest)
  const flag = words.flag()
  words.end()
  return flag
}

export function parseJobSample(rest: string, clockTicks: number): AgentJobSample {
  const words = new Words(rest)
  const sample = {
    id: words.id(),
    cpuMs: Math.round((words.number() * 1000) / clockTicks),
    memoryBytes: words.number() * 1024,
    memoryKind: words.oneOf(['pss', 'rss']),
    processes: words.number(),
  }
  words.end()
  return sample
}

export function parseTree(rest: string, clockTicks: number): AgentTree {
  const words = new Words(rest)
  const [, pid, start] = /^(\d{1,10})\/(\d{1,20})$/.exec(words.text()) ?? []
  if (pid === undefined || start === undefined) throw violation('a process', rest)
  const cpuMs = Math.round((words.number() * 1000) / clockTicks)
  const memoryBytes = words.number() * 1024
  words.oneOf(['pss', 'rss'])
  const tree = { pid: Number(pid), start, cpuMs, memoryBytes, processes: words.number() }
  words.end()
  return tree
}

export function parseProcess(rest: string, clockTicks: number): AgentProcess {
  const words = new Words(rest)
  const pid = words.number()
  const [user, command] = [words.textOrNull(), words.text()].map(nameOf)
  const [ticks, centiseconds] = [words.number(), words.number()]
  const process = {
    pid,
    user: user || '?',
    command: command || '?',
    cpuRatio: centiseconds === 0 ? 0 : (ticks * 100) / (clockTicks * centiseconds),
    memoryBytes: words.number() * 1024,
  }
  words.end()
  return process
}

/** A name is whatever a process calls itself: it is kept, and shown in many places, as one short line. */
function nameOf(text: string | null): string {
  return Array.from((text ?? '').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?'))
    .slice(0, NAME_CHARACTERS)
    .join('')
}

export function parseFolderStat(rest: string): FolderStat {
  const words = new Words(rest)
  const stat = { stamp: words.textOrNull(), hasSpare: words.flag() }
  words.end()
  return stat
}

export function parseDisk(rest: string): HostDisk {
  const words = new Words(rest)
  const bytes = () => words.number() * 1024
  const disk = { freeBytes: bytes(), jobsBytes: bytes(), workdirsBytes: bytes(), foldersBytes: bytes(), sparesBytes: bytes() }
  words.end()
  return disk
}

export function parseDiskEntry(rest: string, clockOffsetMs: number): DiskEntry {
  const words = new Words(rest)
  const kind = words.oneOf(ENTRY_KINDS)
  const entry = { kind, id: words.text(), bytes: words.number() * 1024, usedAt: words.seconds() * 1000 - clockOffsetMs }
  words.end()
  return entry
}

/** A single field, as `make-workdir` answers. */
export function parseText(rest: string): string {
  const words = new Words(rest)
  const text = words.text()
  words.end()
  return text
}

/** `err CODE =message` as the error it tells; a code of no meaning here is the host's error. */
export function parseError(rest: string, host: string): AppError {
  const words = new Words(rest)
  const word = words.word()
  const code: ErrorCode = ERROR_CODES.find(one => one === word) ?? 'HOST_ERROR'
  const message = words.text()
  words.end()
  if (/No space left on device|Disk quota exceeded/.test(message)) {
    // What the host's programs said of each of their files helps nobody.
    const doing = message.split(': ', 1)[0]
    return new AppError('DISK_FULL', `No space left on ${host}: ${doing}. Free some with: drover gc --host ${host}`)
  }
  return new AppError(code, `${host}: ${message}`)
}
