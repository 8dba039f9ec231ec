/** How what is drawn is compressed on its way: to compress costs both sides time, which only a slower line is worth. */
import { isLoopback } from '../loopback.ts'
import type { WaypipeVersion } from './waypipe-version.ts'

export type Compression = 'none' | 'lz4' | 'zstd'

/** From here on the line takes pixels faster than they are compressed. */
const FAST_BYTES_PER_SECOND = 100 * 1024 ** 2
/** Below, every byte counts more than the time to find a better way to write it. */
const SLOW_BYTES_PER_SECOND = 4 * 1024 ** 2

/** `bytesPerSecond` is null while it was never measured. Both sides must have been built with it. */
export function chooseCompression(
  line: { isLoopback: boolean; bytesPerSecond: number | null },
  sides: readonly Pick<WaypipeVersion, 'features'>[],
): Compression {
  const wanted = wantedCompression(line)
  return [wanted, 'lz4' as const].find(one => one === 'none' || sides.every(({ features }) => features.includes(one))) ?? 'none'
}

function wantedCompression({ isLoopback, bytesPerSecond }: { isLoopback: boolean; bytesPerSecond: number | null }): Compression {
  if (isLoopback || (bytesPerSecond !== null && bytesPerSecond >= FAST_BYTES_PER_SECOND)) return 'none'
  return bytesPerSecond !== null && bytesPerSecond < SLOW_BYTES_PER_SECOND ? 'zstd' : 'lz4'
}

export function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || isLoopback(hostname)
}
