/** How the programs of ours are run on Node. For whoever starts one; bin/drover, scripts/start.mjs and assets/package/AppRun have them as well. */

/**
 * What any Node of ours is run with. A Node that ends waits for what compiles beside its main thread, and that may wait for a collection,
 * which nobody does any more (github.com/nodejs/node/issues/54918): one end in some hundreds never came.
 */
export const NODE_FLAGS: readonly string[] = ['--no-concurrent-recompilation', '--no-concurrent-sparkplug']

/**
 * What a core is run with. Bytes on their way through it stand outside the heap but are let go only when new objects are collected, which
 * in a core with few of them is seldom: a log of 1 GB would cost 50 MB. With little space for new objects it costs 8, and is no slower.
 */
export const CORE_FLAGS: readonly string[] = [...NODE_FLAGS, '--max-semi-space-size=2']
