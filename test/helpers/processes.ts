/** Finds and ends processes of a test by what /proc says of them. Only ever by process id. */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'

/** Of an environment more than this is not looked at. */
const environment = Buffer.alloc(1024 * 1024)

/** Processes whose environment, as they were started with, holds `NAME=value`. Zombies have none. */
export function pidsWithEnv(assignment: string): number[] {
  // Asked again and again, of all processes there are: so into one buffer, as bytes.
  const wanted = Buffer.from(`\0${assignment}\0`)
  return allPids().filter(pid => environment.subarray(0, readEnvironment(pid)).includes(wanted))
}

export function pidsWithName(name: string): number[] {
  return allPids().filter(pid => processName(pid) === name)
}

/** Processes whose command line, as they show it, holds this text. */
export function pidsWithWords(text: string): number[] {
  return allPids().filter(pid => readProc(pid, 'cmdline').includes(text))
}

/** Into `environment`, behind a NUL; gives how far it goes then. */
function readEnvironment(pid: number): number {
  let end = 1
  try {
    const file = openSync(`/proc/${pid}/environ`, 'r')
    try {
      for (let read = 1; read > 0; end += read) read = readSync(file, environment, end, environment.length - end, null)
    } finally {
      closeSync(file)
    }
  } catch {
    // It has gone, or is another user's.
  }
  return end
}

/** Everything below `root` in the tree of processes, without itself. */
export function descendants(root: number): number[] {
  const childrenOf = new Map<number, number[]>()
  for (const pid of allPids()) {
    const parent = parentOf(pid)
    if (parent !== null) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid])
  }
  const found: number[] = []
  const queue = [root]
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    const children = childrenOf.get(pid) ?? []
    found.push(...children)
    queue.push(...children)
  }
  return found
}

export function processName(pid: number): string {
  return readProc(pid, 'comm').trim()
}

/** Its words, the program first. */
export function processArguments(pid: number): string[] {
  return readProc(pid, 'cmdline').split('\0').slice(0, -1)
}

/** A zombie is not, unless other threads of it still end: until the last one has, its files and sockets are open. */
export function isAlive(pid: number): boolean {
  const stat = readProc(pid, 'stat')
  return stat !== '' && (stateOf(stat) !== 'Z' || fieldsOf(stat)[17] !== '1')
}

/** All that a process says of itself by words: its arguments and the environment it was started with. */
export function processText(pid: number): string {
  return `${readProc(pid, 'cmdline')}\0${readProc(pid, 'environ')}`
}

/** A line for each such process, for the message of a test that waited in vain. */
export function describeProcesses(isMeant: (pid: number) => boolean): string {
  const lines = allPids()
    .filter(isMeant)
    .map(pid => {
      const stat = readProc(pid, 'stat')
      const where = readProc(pid, 'wchan')
      return `${pid} of ${parentOf(pid)} ${stateOf(stat)} ${where} ${processArguments(pid).join(' ').slice(0, 200)}`
    })
  return lines.join('\n') || 'none'
}

/** Sends the signal; a process that has gone meanwhile is no error. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Without those of the kernel that were there before us: on a small machine they are the most. */
function allPids(): number[] {
  kernelThreads ??= new Set(pidsInProc().filter(pid => pid < FIRST_PID_GIVEN_AGAIN && parentOf(pid) === KTHREADD))
  return pidsInProc().filter(pid => !kernelThreads?.has(pid))
}

/** The parent of all threads of the kernel. */
const KTHREADD = 2
/** Below it a number is given once: RESERVED_PIDS in the kernel's kernel/pid.c. */
const FIRST_PID_GIVEN_AGAIN = 300
let kernelThreads: Set<number> | undefined

function pidsInProc(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

function parentOf(pid: number): number | null {
  const stat = readProc(pid, 'stat')
  return stat === '' ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

function stateOf(stat: string): string | undefined {
  return fieldsOf(stat)[0]
}

/** From the third one on: the name before them may hold anything. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Empty for a process that has gone, or that is another user's. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
