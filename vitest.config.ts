import { defineConfig } from 'vitest/config'

/**
 * Four suites: `unit` stands beside its file and needs no other program; `integration` uses real parts; `e2e` is the window in a real
 * browser; `soak` is long and run by hand.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 60_000,
          // What they test keeps no state of its own; loaded anew for each of two hundred files it would cost more than they do.
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // For machines busy with other work, where a deadline may pass. What holds the second time is told as `retry x1`; what fails twice fails.
          retry: 1,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry: 1, // As above.
        },
      },
      { test: { name: 'soak', include: ['test/soak/**/*.test.ts'], testTimeout: 1_800_000, hookTimeout: 120_000 } },
    ],
    // Tests wait for programs, so two processors have time for three.
    maxWorkers: 3,
    // Node strips types with WebAssembly; its V8 13.6 ends by SIGSEGV where threads come and go and a call from there into JavaScript is
    // compiled (`TierUpWasmToJSWrapper` in the core dump). It is compiled after so many calls; the product has no types to strip.
    execArgv: ['--wasm-wrapper-tiering-budget=1000000000'],
  },
})
