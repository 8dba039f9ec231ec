/** The clock of this computer as the product's programs on Node see it, which a test may set while they run. Other programs see the true one. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from './temporary-folder.ts'

export type SettableClock = {
  /** For the product: every Node it starts reads its clock from here. */
  readonly env: Record<string, string>
  now(): number
  /** Ahead of the true time by so much, from now on. */
  set(aheadMs: number): void
}

export function settableClock(): SettableClock {
  const folder = temporaryFolder()
  const offsetFile = join(folder, 'ahead')
  const program = join(folder, 'clock.mjs')
  writeFileSync(
    program,
    `import { readFileSync } from 'node:fs'
const now = Date.now
Date.now = () => now() + Number(readFileSync(${JSON.stringify(offsetFile)}, 'utf8'))\n`,
  )
  let aheadMs = 0
  const clock: SettableClock = {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(program)}` },
    now: () => Date.now() + aheadMs,
    set: ms => {
      aheadMs = ms
      writeFileSync(`${offsetFile}.new`, String(ms))
      renameSync(`${offsetFile}.new`, offsetFile)
    },
  }
  clock.set(0)
  return clock
}

/** A `date` in the folder `place`, which shows another time by as many seconds as `setDate` says. Give the folder's PATH to the host. */
export function wrongDate(place: string): { set(aheadSeconds: number): void } {
  const offsetFile = join(place, 'ahead')
  const set = (aheadSeconds: number) => {
    writeFileSync(`${offsetFile}.new`, `${aheadSeconds}\n`)
    renameSync(`${offsetFile}.new`, offsetFile)
  }
  set(0)
  const script = `#!/bin/sh\nread -r ahead <${offsetFile}\nexec /usr/bin/date --date "$ahead seconds" "$@"\n`
  writeFileSync(join(place, 'date'), script, { mode: 0o755, flag: 'wx' })
  return { set }
}
