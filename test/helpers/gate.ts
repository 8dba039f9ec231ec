/** A program that can be made to wait: a wrapper of the real one, put first in a PATH, so that a phase can be held as long as a test needs. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellQuote } from '../../src/shared/shell-quote.ts'
import { waitFor } from './wait.ts'

export type Gate = {
  /** From now on whoever runs the program waits. */
  hold(): void
  /** Settles when so many wait. */
  reached(count?: number): Promise<void>
  release(): void
}

/** `only`: holds calls with this argument alone. The wrapper is `dir/<program>`; the real one is found in /usr/bin. */
export function makeGate(dir: string, program: string, only?: string): Gate {
  mkdirSync(dir, { recursive: true })
  const held = join(dir, `.${program}.held`)
  const waiting = `.${program}.waiting.`
  const waiters = () => readdirSync(dir).filter(name => name.startsWith(waiting))
  const test = only === undefined ? 'true' : `case " $* " in *${shellQuote(` ${only} `)}*) true ;; *) false ;; esac`
  const script = `#!/bin/sh
if ${test}; then
  while [ -e ${shellQuote(held)} ]; do : >${shellQuote(join(dir, waiting))}$$; sleep 0.05; done
fi
exec /usr/bin/${program} "$@"
`
  writeFileSync(join(dir, program), script, { mode: 0o755 })
  return {
    hold: () => {
      for (const name of waiters()) rmSync(join(dir, name), { force: true })
      writeFileSync(held, '')
    },
    reached: async (count = 1) => {
      await waitFor(() => waiters().length >= count, { timeoutMs: 20_000, what: `a ${program} that waits` })
    },
    release: () => rmSync(held, { force: true }),
  }
}
