/** Says, in a database's header, that it is a job queue. */
export const APPLICATION_ID = 0x73706a71;

/**
 * The steps from an empty database to today's. A step that has been released is never changed; what comes later is a new
 * one. Moments are RFC 3339 text in UTC with milliseconds, so that they sort as text; leases are in milliseconds of the
 * lease clock.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE jobs (
    job_id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 10),
    config TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    error_message TEXT,
    worker_id TEXT,
    retry_count INTEGER NOT NULL DEFAULT 0,
    max_retries INTEGER NOT NULL,
    needs TEXT NOT NULL,
    not_before TEXT,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    losses INTEGER NOT NULL DEFAULT 0,
    lease_token TEXT,
    lease_epoch TEXT,
    lease_expires_ms INTEGER,
    CHECK ((status = 'running') = (lease_token IS NOT NULL)),
    CHECK ((status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL))
  ) STRICT;
  CREATE INDEX jobs_ready ON jobs (needs, priority DESC, job_id) WHERE status = 'pending' AND not_before IS NULL;
  CREATE INDEX jobs_waiting ON jobs (not_before) WHERE status = 'pending' AND not_before IS NOT NULL;
  CREATE INDEX jobs_running ON jobs (lease_expires_ms) WHERE status = 'running';
  CREATE INDEX jobs_final ON jobs (completed_at) WHERE completed_at IS NOT NULL;
  CREATE INDEX jobs_by_status ON jobs (status);

  CREATE TABLE job_logs (
    log_id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE,
    timestamp TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('INFO', 'WARNING', 'ERROR')),
    message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX job_logs_by_job ON job_logs (job_id);

  CREATE TABLE schedules (
    schedule_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    job_type TEXT NOT NULL,
    config TEXT NOT NULL,
    schedule_expr TEXT NOT NULL,
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 10),
    enabled INTEGER NOT NULL,
    next_run TEXT,
    last_run TEXT,
    created_at TEXT NOT NULL,
    timezone TEXT NOT NULL,
    max_retries INTEGER NOT NULL,
    missed_slots TEXT NOT NULL CHECK (missed_slots IN ('run-once', 'run-all')),
    CHECK (enabled = (next_run IS NOT NULL))
  ) STRICT;
  CREATE INDEX schedules_due ON schedules (next_run) WHERE enabled = 1;

  CREATE TABLE schedule_slots (
    schedule_id INTEGER NOT NULL REFERENCES schedules (schedule_id) ON DELETE CASCADE,
    slot TEXT NOT NULL,
    job_id INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, slot)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE workers (
    worker_id TEXT PRIMARY KEY,
    needs TEXT,
    epoch TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
