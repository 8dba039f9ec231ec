/**
 * How glibc gives out the core's memory: set for the core by whoever starts it, and for nothing that the core starts. Each thread would
 * keep a pool of its own of what it ever used, and big blocks would stay with it: one push of 100,000 files left 100 MB behind.
 */

export const CORE_MEMORY: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '1048576' }
