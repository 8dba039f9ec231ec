/**
 * What the core can ask of a host's agent (src/agent/agent.sh), and what the agent tells by itself.
 * AgentClient (agent-client.ts) implements it over one control channel; nothing here knows of ssh.
 */
import type { HostSample } from '../../shared/domain.ts'

/** What the agent says of its host when it starts. */
export type AgentInfo = {
  /** Hash of the agent's file: its version. */
  version: string
  bootId: string
  /** Absolute path of ~/.drover on the host. */
  root: string
  user: string
  home: string
  /** The user's login shell. */
  shell: string
  hostname: string
  arch: string
  kernel: string
  cpus: number
  /** A graphics card that programs can use. */
  hasGpu: boolean
  memoryTotalBytes: number
  /** Version text; null where it is not installed, empty where it is and does not answer: then it is of no use either. */
  tmux: string | null
  rsync: string | null
  /** Ticks a second of its CPU counters. */
  clockTicks: number
}

/** `link-lost`: it has ended since what drew it was cut off. */
export type AgentJobState = 'starting' | 'running' | 'ended' | 'lost' | 'link-lost'

/** A job as its host's disk tells it. Times are the host's clock in seconds, made ours by AgentClient as both clocks stand then. */
export type AgentJob = {
  id: string
  /** Id of the computer that started it. */
  owner: string
  /** The host's name as its owner knows it. */
  worker: string
  /** Folder on the owner's computer. */
  folder: string
  /** For people. */
  command: string
  hasTerminal: boolean
  state: AgentJobState
  pid: number | null
  /** Of the app that is drawn for it, while that runs: `pid` is then of what looks after both. */
  appPid: number | null
  startedAt: number | null
  endedAt: number | null
  /** One of both once it has ended in an ordinary way. */
  exitCode: number | null
  signal: string | null
  /** It was asked to stop through the agent before it ended. */
  isStopped: boolean
  /** Why it could not start or was lost. */
  reason: string | null
  /** All it has printed, also what its host no longer keeps: offsets in a log never change. */
  logBytes: number
  /** The first byte of its log that is kept: more than 0 once a process has printed beyond its cap. */
  logDropped: number
  workdir: string
  /** The process that this is a run of, and which one, from 1. */
  process: { id: string; run: number } | null
}

/**
 * What a host needs to keep a process running by itself. A run that is to be followed by another is, after a pause of `initialMs`,
 * doubled with each end in a row, a quarter more or less by chance, and `maxMs` at most; 0 is no pause at all. An end after `stableMs`
 * is the first of a new row, and one together with the host is none. A run whose end nobody saw is taken for failed. What a run left
 * behind, be it in a session of its own, is ended before the next.
 */
export type ProcessSpec = {
  /** The process's own id, the same for all its runs. */
  id: string
  /** `on-failure`: after an end by a signal or with another code than 0. `always`: after any that was not asked for. */
  restart: 'never' | 'on-failure' | 'always'
  initialMs: number
  maxMs: number
  stableMs: number
  /** Of the logs of all its runs together; the oldest output goes first. 0: none. Of no process more than 50 runs are kept. */
  logCapBytes: number
}

/** A process as its host keeps it. */
export type KeptProcess = {
  id: string
  /** Id of the computer that started it. */
  owner: string
  /** Its newest run. */
  jobId: string
  run: number
  /** Ends in a row of runs that did not last, up to where `nextAt` or the newest run is; 0 before the first. */
  failures: number
  /** It was asked to stop, and is not run again until it is started. */
  isStopped: boolean
  /** When the next run begins, where one is waited for. */
  nextAt: number | null
}

export type StartSpec = {
  id: string
  owner: string
  worker: string
  folder: string
  command: string
  /** What the login shell runs: POSIX sh text made by job-script.ts. */
  script: string
  /** Absolute, or null for the job's own `workdirs/<id>`. */
  workdir: string | null
  /** Null: no terminal; straight to its log. */
  terminal: { columns: number; rows: number } | null
  /**
   * This is a run of a process, which the host keeps from now on: it makes the next run itself, as a job with an id of its own and all else
   * as here, in the same workdir. The script may name the job only as `$DROVER_JOB`. An older stop of the process is forgotten.
   */
  process: ProcessSpec | null
}

export type AgentJobSample = { id: string; cpuMs: number; memoryBytes: number; memoryKind: 'pss' | 'rss'; processes: number }

/** A process by its PID, and by when it began, in the kernel's ticks since the boot: PIDs come again. */
export type ProcessRoot = { readonly pid: number; readonly start: string }
/** It and all that descends from it. No processes: it has ended, and its parent has yet to hear. */
export type AgentTree = ProcessRoot & { cpuMs: number; memoryBytes: number; processes: number }

/** `cpuRatio` is of one core. Names are cleaned and cut. */
export type AgentProcess = { pid: number; user: string; command: string; cpuRatio: number; memoryBytes: number }

export type PassedSignal = 'HUP' | 'INT' | 'QUIT' | 'TERM' | 'STOP' | 'CONT'

export type AgentEvent =
  | { type: 'job'; job: AgentJob }
  /** The run `jobId` has ended, and the process's next one begins at `at`, unless it is stopped. Not told where there is no pause. */
  | { type: 'restart-planned'; processId: string; jobId: string; at: number; failures: number }

export type FolderStat = {
  /** What `setFolderStamp` said last, or null if the copy is unfinished or not there. */
  stamp: string | null
  hasSpare: boolean
}

export type HostDisk = { freeBytes: number; jobsBytes: number; workdirsBytes: number; foldersBytes: number; sparesBytes: number }

/** `mostLines` at most are told of `bytes` bytes of a log; `isRegex`: an extended one, else the text itself. */
export type LogSearch = {
  fromByte: number
  bytes: number
  mostLines: number
  pattern: string
  isRegex: boolean
  ignoreCase: boolean
}

export interface Agent {
  readonly info: AgentInfo
  /** The host's clock less ours, as far as whole seconds can tell. It follows when either is set. */
  readonly clockOffsetMs: number
  /**
   * Takes the job and starts it. Sent twice it runs once. Settles when the host has it on disk; `running` and `ended` come as events.
   * Starts that are asked for at once go to the host together, for far less than one after another.
   */
  start(spec: StartSpec): Promise<AgentJob>
  /** Sends the signal to the whole tree, then KILL after `graceMs`, until nothing is left. Goes on if we go away. Settles when it has begun. */
  stop(id: string, options: { signal: string; graceMs: number }): Promise<AgentJob>
  /** Passes a signal on to the whole tree and leaves it at that. Settles when it is on its way. */
  signal(id: string, signal: PassedSignal): Promise<AgentJob>
  /** Ends an app that has no window any more; its state will be `link-lost`. Settles when it has begun. */
  cut(id: string): Promise<AgentJob>
  /**
   * Ends a process: its newest run's whole tree as `stop` does, or the pause before the next. It is not run again, whoever is away and
   * whatever is restarted, until it is started. With `onlyJob` only if that is its newest run, else nothing is done. Settles when it has
   * begun; done twice it does no harm. `job` is its newest run; null if that is no longer there.
   *
   * @throws {AppError} `NOT_FOUND` for a process that this host does not keep.
   */
  stopProcess(
    id: string,
    options: { signal: string; graceMs: number; onlyJob: string | null },
  ): Promise<{ job: AgentJob | null; isStopped: boolean }>
  /** Of every owner. */
  processes(): Promise<KeptProcess[]>
  /** Forgets the process; its runs stay as jobs. @throws {AppError} `CONFLICT` while a run of it is at work or waited for. */
  removeProcess(id: string): Promise<void>
  /** Null where the host knows no such job. */
  stat(id: string): Promise<AgentJob | null>
  list(): Promise<AgentJob[]>
  /** Removes the job's folder and workdir. @throws {AppError} `CONFLICT` while it runs. */
  remove(id: string): Promise<void>
  /** The host's load since the last call of it. */
  sample(): Promise<HostSample>
  jobSamples(): Promise<AgentJobSample[]>
  /** Of processes of the host's user that we did not start: those that are there. `start` null: whichever has that PID now. */
  processTrees(roots: readonly { pid: number; start: string | null }[]): Promise<AgentTree[]>
  /** Of a second from now on, the busiest processes of the host, and its largest: up to so many of each, in no order. */
  top(most: number): Promise<AgentProcess[]>

  /** Makes an empty workdir, or one from the pristine copy `folderKey` (its spare, a reflink or a copy). Returns its absolute path. */
  makeWorkdir(id: string, folderKey: string | null): Promise<string>
  folderStat(folderKey: string): Promise<FolderStat>
  /** An empty stamp marks the copy as unfinished. */
  setFolderStamp(folderKey: string, stamp: string): Promise<void>
  /** Makes a spare workdir ready from the pristine copy, at low priority, if it is at most `maxBytes`. Settles when done. */
  makeSpare(folderKey: string, maxBytes: number): Promise<boolean>
  disk(): Promise<HostDisk>
  /** Sizes of each thing on the host that belongs to `owner`. */
  diskEntries(
    owner: string,
  ): Promise<{ kind: 'workdir' | 'job' | 'folder' | 'spare' | 'agent' | 'visit'; id: string; bytes: number; usedAt: number }[]>
  removeEntry(kind: 'workdir' | 'job' | 'folder' | 'spare' | 'agent' | 'visit', id: string): Promise<void>
  /** As many as one likes, for little more than one. Gives those that are gone: what runs is left alone. */
  removeEntries(kind: 'workdir' | 'job', ids: readonly string[]): Promise<string[]>

  /**
   * Shell command lines for a channel of their own (Transport.exec), quoted and ready:
   * a job's log from a byte on; a terminal on it; `rsync --server …` or tar into a pristine copy, under its lock.
   */
  readonly commands: {
    /**
     * Sends the log from `fromByte`; with `follow` until its stdin ends. Whatever it sends stands in the log from there on without a gap: if
     * what comes next is no longer kept (`logDropped` of `stat` is past it), also while it sends, it exits 5.
     */
    log(id: string, fromByte: number, follow: boolean): string
    /**
     * Prints all that was printed, where the search began, and where the first line from there on begins that matches, or `-`. At a line feed
     * only: what `searchLog` finds besides, at a carriage return, may be missed by an expression that asks for the ends of lines.
     */
    findInLog(id: string, search: Pick<LogSearch, 'fromByte' | 'pattern' | 'isRegex' | 'ignoreCase'>): string
    /** Serves the logs of many jobs over one channel: what it reads and answers stands above `feed` in agent.sh. Until its stdin ends. */
    feed(): string
    /**
     * Prints the log's size and where the search began, which is after `fromByte` if that is no longer kept; then `offset:line`, counted from
     * there, for each line that matches. Exits 2 if the pattern is none.
     */
    searchLog(id: string, search: LogSearch): string
    /**
     * Prints a line for each thing in a folder of the workdir, `most` at most: type and mode (hexadecimal), size, seconds, and `./name`,
     * or the name as a field. Exits 4 where there is no such folder.
     */
    listFiles(id: string, path: string, most: number): string
    /** Ends on detach. Exits 3 when the job has no terminal any more; a key pressed at the end screen closes a finished one. */
    attach(id: string): string
    /** `serverArguments` as the local rsync gave them to its remote shell, without the leading `rsync`; its destination is replaced by the copy. */
    rsyncReceive(folderKey: string, serverArguments: readonly string[]): string
    tarReceive(folderKey: string): string
    /** Reads NUL-ended relative paths from stdin and removes them from the copy: files first, then folders that are empty. */
    removeFromFolder(folderKey: string): string
    /**
     * Reads NUL-ended relative paths from stdin and prints a line for each, in their order: type and mode (hexadecimal), size and
     * seconds of what is there, never through a link; those of no file or folder where nothing is. Nothing at all from a host without stat.
     */
    lookIntoFolder(folderKey: string): string
    /** Takes `bytes` bytes from stdin and lays them beside the copy; only when all came. What is in them is the sync's own affair. */
    manifestReceive(folderKey: string, bytes: number): string
    /** Sends them back; nothing where there are none. */
    manifestSend(folderKey: string): string
    /**
     * A tar stream of what `pattern` (relative to the workdir or absolute; a glob) matches there. Members are named from the pattern's
     * first part with a wildcard on, else by its last part: never absolute, never with `..`. Exits 4, with nothing, if nothing matches.
     */
    tarSend(id: string, pattern: string): string
    /**
     * Prints `in =FOLDER` for each folder with desktop entries, the person's own first, and after it a line for each of them: size and
     * seconds (of its content, of itself) and `./name`; `most` lines at most.
     */
    listApps(most: number): string
    /** Reads NUL-ended paths of desktop entries from stdin and prints the beginning of each, a NUL behind it. */
    readApps(): string
    /** Reads NUL-ended names of programs from stdin and prints `1` or `0` for each: whether it is there. */
    hasPrograms(): string
    /** Takes the bytes of a file that the job's app is given to open, and prints their SHA-256 and, in the next line, where it is. */
    visitIn(visit: { id: string; name: string; jobId: string }): string
    /** `hash` prints the SHA-256 of what that file is now, `out` sends it. Exits 4 when it is not there. */
    visit(what: 'hash' | 'out', visit: { id: string; name: string }): string
    /**
     * `same`: what has this hash is here, too. `remove` removes it: exits 5 if it is another than that, and 6 if the app has left more
     * beside it, which stays.
     */
    visitKnown(what: 'same' | 'remove', visit: { id: string; name: string; hash: string }): string
    /** Sends the picture nearest to `size` pixels, by the host's icon themes; exits 4 if there is none of at most `maxBytes`. */
    appIcon(name: string, size: number, maxBytes: number): string
  }

  /** Tells of every change of a job of any owner on this host. Returns its undo. At least once; never out of order for one job. */
  onEvent(listener: (event: AgentEvent) => void): () => void
  /** Settles when the control channel is gone. */
  readonly lost: Promise<Error>
  close(): void
}
