/** What is measured of a host, as it is stored: the columns of each level's table, and how rows of them become one. */

/** `of`: whether the lowest, the highest or the mean of several rows stands for all of them. */
export const MEASURES = [
  { field: 'cpuMinPermille', column: 'cpu_min_permille', of: 'MIN' },
  { field: 'cpuPermille', column: 'cpu_permille', of: 'mean' },
  { field: 'cpuMaxPermille', column: 'cpu_max_permille', of: 'MAX' },
  { field: 'ioWaitPermille', column: 'io_wait_permille', of: 'mean' },
  { field: 'loadHundredths', column: 'load_hundredths', of: 'mean' },
  { field: 'memoryTotalKib', column: 'memory_total_kib', of: 'mean' },
  { field: 'memoryAvailableKib', column: 'memory_available_kib', of: 'mean' },
  { field: 'cpuPressurePermille', column: 'cpu_pressure_permille', of: 'mean' },
  { field: 'memoryPressurePermille', column: 'memory_pressure_permille', of: 'mean' },
  { field: 'ioPressurePermille', column: 'io_pressure_permille', of: 'mean' },
  { field: 'networkInBytesPerS', column: 'network_in_bytes_per_s', of: 'mean' },
  { field: 'networkOutBytesPerS', column: 'network_out_bytes_per_s', of: 'mean' },
  { field: 'diskReadBytesPerS', column: 'disk_read_bytes_per_s', of: 'mean' },
  { field: 'diskWriteBytesPerS', column: 'disk_write_bytes_per_s', of: 'mean' },
  { field: 'diskTotalKib', column: 'disk_total_kib', of: 'mean' },
  { field: 'diskFreeKib', column: 'disk_free_kib', of: 'mean' },
] as const

export type Measure = (typeof MEASURES)[number]['field']
/** Whole numbers; null for what its host does not tell. */
export type Measures = { readonly [M in Measure]: number | null }
/** Of one machine, from `at` on. */
export type MetricRow = { name: string; connection: string; at: number; values: Measures }

export const COLUMNS = MEASURES.map(({ column }) => column).join(', ')

/** What several rows come to, in the order of MEASURES. With `weight`, a column of theirs, each counts as much as that says. */
export function merged(weight?: string): string {
  return MEASURES.map(({ column, of }) => (of === 'mean' ? mean(column, weight) : `${of}(${column})`)).join(', ')
}

function mean(column: string, weight: string | undefined): string {
  const sum = weight ? `SUM(1.0 * ${column} * ${weight}) / SUM(IIF(${column} IS NULL, NULL, ${weight}))` : `AVG(${column})`
  return `CAST(ROUND(${sum}) AS INTEGER)`
}
