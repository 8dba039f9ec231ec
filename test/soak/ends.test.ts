/**
 * A Node that ends while it compiles: without NODE_FLAGS some ends in a hundred never come. What it runs is all that makes that likely:
 * many functions that have just become hot, and much memory outside the heap, for which the engine wants to collect.
 */
import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { NODE_FLAGS } from '../../src/shared/node-flags.ts'
import { within } from '../helpers/wait.ts'

const ENDS = Number(process.env.DROVER_SOAK_ENDS ?? 500)
const HOT = `
const made = Array.from({ length: 400 }, (_, i) => new Function('o', 'n',
  \`let s = 0; for (let k = 0; k < n; k++) { s += o.a\${i % 7} | 0; o.b = { k, s: [s, k] }; s ^= k * \${i}; s += o.b.s.length } return s\`))
const end = performance.now() + Number(process.argv[1])
let kept = []
for (let i = 0; performance.now() < end; i++) {
  for (let again = 0; again < 20; again++) made[i % made.length]({ a0: 1, a1: 2 }, 30)
  kept.push(new ArrayBuffer(65536))
  if (kept.length > 300) kept = []
}
process.exit(0)`

test(`${ENDS} ends of a busy Node all come`, async () => {
  for (let run = 0; run < ENDS; run++) {
    const child = spawn(process.execPath, [...NODE_FLAGS, '-e', HOT, String(20 + ((run * 7) % 90))], { stdio: 'ignore' })
    try {
      const code = await within(new Promise(resolve => child.once('exit', resolve)), { timeoutMs: 20_000, what: `end ${run}` })
      expect(code).toBe(0)
    } finally {
      child.kill('SIGKILL')
    }
  }
})
