/** A disk that can be filled: a small tmpfs, which takes root to mount. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export type SmallDisk = {
  /** Until not a byte more goes in. */
  fill(): void
  /** Takes away what `fill` put there. */
  free(): void
  unmount(): void
}

const BLOCK = Buffer.alloc(4096, 'x')

/** Mounts it at `path`. @throws {Error} saying what is needed, if it may not. */
export function mountSmallDisk(path: string, megabytes: number): SmallDisk {
  if (process.getuid?.() !== 0) throw new Error('A full disk needs a small one to be mounted: run this test as root')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'drover-test', path])
  const filler = join(path, 'filler')
  return {
    fill: () => {
      const file = openSync(filler, 'a')
      try {
        for (;;) writeSync(file, BLOCK)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => {
      execFileSync('umount', ['--lazy', path])
    },
  }
}
