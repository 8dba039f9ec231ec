/**
 * What is kept of each host's load, for the step of migrate.ts that makes its tables. A step is never edited once it was released: what
 * is to be kept beside this comes with a step of its own.
 */

/** Of one host's ten seconds, minute, quarter of an hour or four hours; in whole numbers, which take a third of the room. */
const ROW = `
    host_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cpu_min_permille INTEGER,
    cpu_permille INTEGER,
    cpu_max_permille INTEGER,
    io_wait_permille INTEGER,
    load_hundredths INTEGER,
    memory_total_kib INTEGER,
    memory_available_kib INTEGER,
    cpu_pressure_permille INTEGER,
    memory_pressure_permille INTEGER,
    io_pressure_permille INTEGER,
    network_in_bytes_per_s INTEGER,
    network_out_bytes_per_s INTEGER,
    disk_read_bytes_per_s INTEGER,
    disk_write_bytes_per_s INTEGER,
    disk_total_kib INTEGER,
    disk_free_kib INTEGER`

export const METRIC_SCHEMA = `
  CREATE TABLE metric_host (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    connection TEXT NOT NULL,
    UNIQUE (name, connection)
  ) STRICT;
  -- By time: all hosts are written at once, and what is written together stands together. The rest is read by host.
  CREATE TABLE metric_raw (${ROW}, PRIMARY KEY (at, host_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE metric_minute (${ROW}, PRIMARY KEY (host_id, at)) STRICT, WITHOUT ROWID;
  CREATE TABLE metric_quarter (${ROW}, PRIMARY KEY (host_id, at)) STRICT, WITHOUT ROWID;
  CREATE TABLE metric_four_hours (${ROW}, PRIMARY KEY (host_id, at)) STRICT, WITHOUT ROWID;
  CREATE TABLE metric_rolled_up (level TEXT PRIMARY KEY, until_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE metric_spike (
    host_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reached TEXT NOT NULL,
    processes TEXT NOT NULL CHECK (json_valid(processes)),
    PRIMARY KEY (host_id, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX metric_spike_by_age ON metric_spike (at);

  CREATE TABLE metric_job (id INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE job_metric (
    metric_job_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cpu_permille INTEGER,
    memory_kib INTEGER NOT NULL,
    PRIMARY KEY (metric_job_id, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX job_by_start ON job (started_at) WHERE started_at IS NOT NULL;
  CREATE INDEX job_by_end ON job (ended_at) WHERE ended_at IS NOT NULL;
`
