/**
 * Another computer on a network with this one: a network namespace of its own, and a cable between the two. What runs there has its own
 * loopback, and comes here from an address that is not one of this computer. It takes root.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { waitFor } from './wait.ts'

export type Neighbour = {
  /** This computer, as the neighbour sees it. */
  readonly address: string
  /** Begins a program there. It ends with the neighbour. */
  start(program: string, args: readonly string[]): ChildProcess
  /** What curl gets there. @throws {Error} if it gets no answer at all. */
  curl(url: string, args?: readonly string[]): { status: number; text: string }
  close(): void
}

/** @throws {Error} saying what is needed, if it may not. */
export async function openNeighbour(): Promise<Neighbour> {
  if (process.getuid?.() !== 0) throw new Error('A second network takes root: run this test as root')
  const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' })
  const { pid } = holder
  if (pid === undefined) throw new Error('unshare is missing: apt-get install util-linux')
  await waitFor(() => readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync('/proc/self/ns/net'), { what: 'a network of its own' })
  // One of the many pairs of addresses that are for private networks: two tests at a time are to have two.
  const net = `10.203.${(pid >> 6) & 255}`
  const [here, there] = [`${net}.${((pid & 63) << 2) | 1}`, `${net}.${((pid & 63) << 2) | 2}`]
  const [near, far] = [`dr${pid}a`, `dr${pid}b`]
  const ip = (words: string) => execFileSync('ip', words.split(' '))
  const inside = ['--target', String(pid), '--net', '--']
  ip(`link add ${near} type veth peer name ${far}`)
  ip(`link set ${far} netns ${pid}`)
  ip(`address add ${here}/30 dev ${near}`)
  ip(`link set ${near} up`)
  for (const words of [`address add ${there}/30 dev ${far}`, `link set ${far} up`, 'link set lo up'])
    execFileSync('nsenter', [...inside, 'ip', ...words.split(' ')])
  const started: ChildProcess[] = []
  return {
    address: here,
    start: (program, args) => {
      const child = spawn('nsenter', [...inside, program, ...args], { stdio: 'ignore' })
      started.push(child)
      return child
    },
    curl: (url, args = []) => {
      const words = ['--silent', '--show-error', '--max-time', '20', '--write-out', '\n%{http_code}', ...args, url]
      const output = execFileSync('nsenter', [...inside, 'curl', ...words], { encoding: 'utf8', stdio: 'pipe' })
      const end = output.lastIndexOf('\n')
      return { status: Number(output.slice(end + 1)), text: output.slice(0, end) }
    },
    close: () => {
      for (const child of started) child.kill('SIGKILL')
      ip(`link delete ${near}`)
      holder.kill('SIGKILL')
    },
  }
}
