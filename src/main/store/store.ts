/** The whole store of a core: its one database and the tables in it. */
import { AppTable } from './app-table.ts'
import { Database, type DatabaseOptions } from './database.ts'
import { FolderTable } from './folder-table.ts'
import { HeldTable } from './held-table.ts'
import { HistoryTable } from './history-table.ts'
import { HostTable } from './host-table.ts'
import { computerId } from './identity.ts'
import { ImportTable } from './import-table.ts'
import { JobMetricTable } from './job-metric-table.ts'
import { JobTable } from './job-table.ts'
import { JobTimesTable } from './job-times.ts'
import { LateWrites } from './late-writes.ts'
import { MetricTable } from './metric-table.ts'
import { PlacementTable } from './placement-table.ts'
import { ProjectTable } from './project-table.ts'
import { ServerTable } from './server-table.ts'
import { TokenTable } from './token-table.ts'
import { VisitTable } from './visit-table.ts'
import { WebTable } from './web-table.ts'

export type Store = {
  readonly database: Database
  /** What waits for room on the disk. */
  readonly late: LateWrites
  readonly jobs: JobTable
  readonly hosts: HostTable
  readonly history: HistoryTable
  readonly placements: PlacementTable
  readonly folders: FolderTable
  readonly imports: ImportTable
  readonly web: WebTable
  readonly tokens: TokenTable
  readonly metrics: MetricTable
  readonly jobMetrics: JobMetricTable
  readonly jobTimes: JobTimesTable
  readonly apps: AppTable
  readonly visits: VisitTable
  readonly projects: ProjectTable
  readonly servers: ServerTable
  readonly heldNews: HeldTable
  /** The `owner` that our things on hosts are marked with. */
  readonly computerId: string
  /** Why not all of it is on the disk, and will be there; null if all is well. */
  readonly problem: string | null
  close(): void
}

/** @throws {AppError} as Database.open does: `CORE_RUNNING` above all. */
export function openStore(path: string, options?: DatabaseOptions): Store {
  const database = Database.open(path, options)
  const late = new LateWrites(database)
  const placements = new PlacementTable(database, late)
  return {
    database,
    late,
    jobs: new JobTable(database, late),
    hosts: new HostTable(database, late),
    history: new HistoryTable(database, late),
    placements,
    folders: new FolderTable(database, late),
    imports: new ImportTable(database),
    web: new WebTable(database, late),
    tokens: new TokenTable(database, late),
    metrics: new MetricTable(database),
    jobMetrics: new JobMetricTable(database),
    jobTimes: new JobTimesTable(database),
    apps: new AppTable(database, late),
    visits: new VisitTable(database),
    projects: new ProjectTable(database, late),
    servers: new ServerTable(database),
    heldNews: new HeldTable(database, late),
    computerId: computerId(database),
    get problem() {
      if (late.problem) return `${late.problem.message}; it is written as soon as there is room`
      return database.misplacement?.message ?? null
    },
    close: () => {
      placements.flush()
      late.close()
      database.close()
    },
  }
}
