/** What runs on a host now. Asked by several at once it is looked once, and the answer holds for a moment. */
import type { HostTop, TopProcess } from '../../shared/contract.ts'
import type { Clock } from '../clock.ts'
import type { AgentProcess } from '../hosts/agent.ts'
import type { HostLink, Live } from '../hosts/host-link.ts'

export const TOP_PROCESSES = 5
const HOLDS_MS = 1_000

export class HostTops {
  readonly #clock: Clock
  readonly #steady: Clock
  /** A host that is no more takes its answer with it. */
  readonly #asked = new WeakMap<HostLink, { live: Live; from: number; answer: Promise<HostTop> }>()

  constructor({ clock, steady }: { clock: Clock; steady: Clock }) {
    this.#clock = clock
    this.#steady = steady
  }

  /** @throws {AppError} why the host cannot be asked. */
  async of(link: HostLink): Promise<HostTop> {
    const live = await link.ready()
    const known = this.#asked.get(link)
    if (known?.live === live && this.#steady.now() < known.from + HOLDS_MS) return known.answer
    const asked = { live, from: Number.POSITIVE_INFINITY, answer: this.#ask(live) }
    this.#asked.set(link, asked)
    asked.answer.then(
      () => {
        asked.from = this.#steady.now()
      },
      () => this.#asked.get(link) === asked && this.#asked.delete(link),
    )
    return asked.answer
  }

  async #ask({ agent }: Live): Promise<HostTop> {
    const processes = await agent.top(TOP_PROCESSES)
    return { at: this.#clock.now(), ...topOf(processes) }
  }
}

/** A host may send what it likes: no more than are asked for, the first of them first. */
export function topOf(processes: readonly AgentProcess[]): { byCpu: TopProcess[]; byMemory: TopProcess[] } {
  const first = (figure: 'cpuRatio' | 'memoryBytes') =>
    processes
      .filter(process => process[figure] > 0)
      .toSorted((one, other) => other[figure] - one[figure] || one.pid - other.pid)
      .slice(0, TOP_PROCESSES)
  return { byCpu: first('cpuRatio'), byMemory: first('memoryBytes') }
}
