/** Entry of a core without a window. */
import { createCore } from './core.ts'
import { runHeadless } from './run-headless.ts'

await runHeadless(createCore, process.argv.slice(2))
