/** The schema of drover.db, as the steps that lead to it, and the one function that takes them. */
import type { Database as Sqlite } from 'better-sqlite3'
import { AppError } from '../../shared/errors.ts'
import { APP_MIGRATION } from './app-table.ts'
import { METRIC_SCHEMA } from './metric-schema.ts'
import { PROCESS_OUTLOOK_MIGRATION, PROJECT_HERE_MIGRATION, PROJECT_MIGRATION } from './project-table.ts'
import { SERVER_MIGRATION } from './server-table.ts'
import { TOKEN_MIGRATION } from './token-table.ts'

/** Stands in the file's header, so that no other program's database is taken for ours: `Drov` in ASCII. */
export const APPLICATION_ID = 0x44726f76

/** Append only: a released step is never edited, for its old text is what users' files have run. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  CREATE TABLE job (
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    host TEXT,
    command TEXT NOT NULL CHECK (json_valid(command)),
    folder TEXT,
    is_synced INTEGER NOT NULL,
    workdir TEXT,
    has_terminal INTEGER NOT NULL,
    columns INTEGER,
    rows INTEGER,
    env TEXT NOT NULL CHECK (json_valid(env)),
    pull TEXT NOT NULL CHECK (json_valid(pull)),
    state TEXT NOT NULL,
    outcome TEXT,
    exit_code INTEGER,
    signal TEXT,
    reason TEXT,
    unknown_since INTEGER,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    log_bytes INTEGER,
    peak_memory_bytes INTEGER,
    cpu_ms INTEGER,
    placement TEXT CHECK (json_valid(placement)),
    stop_requested_at INTEGER,
    CHECK ((state = 'ended') = (outcome IS NOT NULL))
  ) STRICT;
  CREATE INDEX job_by_age ON job (created_at);
  CREATE INDEX job_by_host ON job (host, created_at);
  CREATE INDEX job_unfinished ON job (created_at) WHERE state <> 'ended';

  CREATE TABLE host (
    name TEXT PRIMARY KEY,
    transport TEXT,
    transport_reason TEXT,
    link_bytes_per_second REAL,
    event_generation TEXT,
    event_offset INTEGER,
    last_seen_at INTEGER,
    imported_from TEXT
  ) STRICT;

  CREATE TABLE command_history (
    command_key TEXT NOT NULL,
    host TEXT NOT NULL,
    folder TEXT,
    ended_at INTEGER NOT NULL,
    peak_memory_bytes INTEGER,
    duration_ms INTEGER,
    exit_code INTEGER
  ) STRICT;
  CREATE INDEX command_history_by_key ON command_history (command_key, host, ended_at);
  CREATE INDEX command_history_by_age ON command_history (ended_at);

  CREATE TABLE folder_copy (
    host TEXT NOT NULL,
    folder_key TEXT NOT NULL,
    folder TEXT NOT NULL,
    manifest_hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    files INTEGER NOT NULL,
    synced_at INTEGER NOT NULL,
    PRIMARY KEY (host, folder_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE import (
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    names TEXT NOT NULL CHECK (json_valid(names))
  ) STRICT;
  `,
  'ALTER TABLE job ADD COLUMN pending_stop TEXT CHECK (json_valid(pending_stop));',
  // Of jobs that had ended before, nothing is suddenly brought back.
  `
  ALTER TABLE job ADD COLUMN pull_results TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(pull_results));
  UPDATE job
    SET pull_results = (
      SELECT json_group_array(json_object('pattern', value, 'files', 0, 'error', NULL)) FROM json_each(job.pull)
    )
    WHERE state = 'ended';
  CREATE INDEX job_owing ON job (host)
    WHERE state = 'ended' AND started_at IS NOT NULL AND json_array_length(pull_results) < json_array_length(pull);
  `,
  `
  CREATE TABLE web_session (
    hash TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  "CREATE INDEX job_unfinished_by_host ON job (host, created_at) WHERE state <> 'ended';",
  // What a placement was made from goes with its job; it may be there a moment before the job is.
  `
  ALTER TABLE job ADD COLUMN needs TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(needs));
  CREATE TABLE placement_inputs (
    job_id TEXT NOT NULL UNIQUE,
    inputs TEXT NOT NULL CHECK (json_valid(inputs))
  ) STRICT;
  CREATE TRIGGER job_removed AFTER DELETE ON job BEGIN
    DELETE FROM placement_inputs WHERE job_id = old.id;
  END;
  `,
  METRIC_SCHEMA,
  "ALTER TABLE web_session ADD COLUMN role TEXT NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'readonly'));",
  APP_MIGRATION,
  // Of an app: on which desktop, and through which link, it is drawn.
  'ALTER TABLE job ADD COLUMN app TEXT CHECK (json_valid(app));',
  TOKEN_MIGRATION,
  PROJECT_MIGRATION,
  SERVER_MIGRATION,
  PROCESS_OUTLOOK_MIGRATION,
  PROJECT_HERE_MIGRATION,
]

/**
 * Brings the file to the newest schema, all or nothing. `user_version` counts the steps it has taken.
 *
 * @throws {AppError} `TOO_NEW` if a newer Drover wrote the file, `BAD_CONFIG` if another program did; nothing is changed then.
 */
export function migrate(sqlite: Sqlite, path: string, steps: readonly string[] = MIGRATIONS): void {
  if (schemaVersion(sqlite, path, steps.length) === steps.length) return
  sqlite
    .transaction(() => {
      for (const sql of steps.slice(schemaVersion(sqlite, path, steps.length))) sqlite.exec(sql)
      sqlite.pragma(`application_id = ${APPLICATION_ID}`)
      sqlite.pragma(`user_version = ${steps.length}`)
    })
    .immediate()
}

/** How many steps the file has taken; writes nothing, so it may be asked of any file. */
export function schemaVersion(sqlite: Sqlite, path: string, known: number = MIGRATIONS.length): number {
  const version = pragmaNumber(sqlite, 'user_version')
  const application = pragmaNumber(sqlite, 'application_id')
  const isEmpty = sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (isEmpty && version === 0 && application === 0) return 0
  if (application !== APPLICATION_ID) {
    throw new AppError('BAD_CONFIG', `${path} is a database of another program. Move it away, and Drover makes a new one`)
  }
  if (version > known) {
    const message = `${path} was written by a newer Drover (schema ${version}; this one knows ${known}). Update Drover`
    throw new AppError('TOO_NEW', message, { details: { path, version, known } })
  }
  return version
}

function pragmaNumber(sqlite: Sqlite, name: string): number {
  return Number(sqlite.pragma(name, { simple: true }))
}
