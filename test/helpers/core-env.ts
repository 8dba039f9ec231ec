/** An environment for cores of a test's own, in which nothing is left running after it. */
import { onTestFinished } from 'vitest'
import { pidsWithEnv, signalAll } from './processes.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { COMPILED } from './test-home.ts'
import { waitFor } from './wait.ts'

export type CoreEnv = Record<string, string> & { HOME: string }

export function makeCoreEnv(more: Record<string, string> = {}): CoreEnv {
  const home = temporaryFolder()
  onTestFinished(async () => {
    await waitFor(() => {
      const left = coresOf({ HOME: home })
      signalAll(left, 'SIGKILL')
      return left.length === 0
    })
  })
  const env = { HOME: home, PATH: process.env.PATH ?? '', TMPDIR: home, NODE_COMPILE_CACHE: COMPILED }
  return { ...env, DROVER_TEST_CORE: home, ...more }
}

/** Processes that were started with this environment. */
export function coresOf(env: { HOME: string }): number[] {
  return pidsWithEnv(`DROVER_TEST_CORE=${env.HOME}`)
}
