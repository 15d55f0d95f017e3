-- Everything that the service keeps beside its Parquet and blob files.
-- Times are RFC 3339 UTC with milliseconds, so that text order is time order. JSON columns hold finite numbers only.

CREATE TABLE migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT;

CREATE TABLE datasets (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT,
  rows INTEGER NOT NULL CHECK (rows >= 0),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  sha256 TEXT NOT NULL,
  file TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL,
  warnings TEXT NOT NULL,
  integral_columns TEXT NOT NULL,
  columns TEXT NOT NULL
) STRICT;

CREATE INDEX datasets_by_age ON datasets (created_at, id);

-- `last_version` only rises, so that a number is never given twice while the model lives. A model made again is a new row with
-- an id that no other ever had (AUTOINCREMENT): id and version name one content for good.
CREATE TABLE models (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  last_version INTEGER NOT NULL DEFAULT 0 CHECK (last_version >= 0),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  config TEXT NOT NULL
) STRICT;

CREATE INDEX models_by_age ON models (created_at, name);

-- The weights stand last: SQLite reads a row's pages in column order, and lists never go that far.
CREATE TABLE versions (
  model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  version INTEGER NOT NULL CHECK (version >= 1),
  job TEXT NOT NULL,
  dataset TEXT NOT NULL,
  dataset_sha256 TEXT NOT NULL,
  validation_dataset_sha256 TEXT,
  imported_from TEXT,
  parameters INTEGER NOT NULL,
  engine TEXT NOT NULL,
  package_version TEXT NOT NULL,
  created_at TEXT NOT NULL,
  metrics TEXT NOT NULL,
  config TEXT NOT NULL,
  trained TEXT NOT NULL,
  trained_sha256 TEXT NOT NULL,
  weights_sha256 TEXT NOT NULL,
  weights_file TEXT UNIQUE,
  weights BLOB,
  PRIMARY KEY (model_id, version),
  CHECK ((weights IS NULL) <> (weights_file IS NULL))
) STRICT;

CREATE TABLE aliases (
  model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (model_id, name),
  FOREIGN KEY (model_id, version) REFERENCES versions (model_id, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX aliases_by_version ON aliases (model_id, version);

-- `model` and the datasets are words, not references: a job outlives both. The state guards their deletion.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  dataset TEXT NOT NULL,
  validation_dataset TEXT,
  initial_model TEXT,
  initial_version INTEGER,
  verifies INTEGER,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
  stop_reason TEXT,
  priority INTEGER NOT NULL,
  pause_requested INTEGER NOT NULL DEFAULT 0 CHECK (pause_requested IN (0, 1)),
  owner TEXT,
  lease_until TEXT,
  attempt INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL DEFAULT 0,
  epochs INTEGER NOT NULL CHECK (epochs >= 1),
  progressed_at TEXT,
  recent_epochs REAL NOT NULL DEFAULT 0,
  recent_seconds REAL NOT NULL DEFAULT 0,
  announced_epoch INTEGER NOT NULL DEFAULT 0,
  announced_at TEXT,
  loss REAL,
  validation_loss REAL,
  version INTEGER,
  engine TEXT,
  event_count INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT,
  error_code TEXT,
  error_message TEXT,
  metrics TEXT,
  warnings TEXT NOT NULL,
  config TEXT NOT NULL,
  verification TEXT,
  CHECK ((kind = 'verify') = (verifies IS NOT NULL)),
  CHECK ((state = 'running') = (owner IS NOT NULL)),
  CHECK ((owner IS NULL) = (lease_until IS NULL)),
  CHECK (pause_requested = 0 OR state = 'running'),
  CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
  CHECK ((state = 'failed') = (error_code IS NOT NULL)),
  CHECK ((state = 'succeeded') = (version IS NOT NULL))
) STRICT;

CREATE INDEX jobs_queue ON jobs (priority DESC, created_at, id) WHERE state = 'queued';
CREATE INDEX jobs_active_by_model ON jobs (model) WHERE state IN ('queued', 'running', 'paused');
CREATE INDEX jobs_active_by_dataset ON jobs (dataset) WHERE state IN ('queued', 'running', 'paused');
CREATE INDEX jobs_active_by_initial_version ON jobs (initial_model, initial_version)
  WHERE initial_model IS NOT NULL AND state IN ('queued', 'running', 'paused');
CREATE INDEX jobs_active_by_validation_dataset ON jobs (validation_dataset)
  WHERE validation_dataset IS NOT NULL AND state IN ('queued', 'running', 'paused');
CREATE INDEX jobs_by_age ON jobs (created_at, id);
CREATE INDEX jobs_by_state ON jobs (state, created_at, id);
CREATE INDEX jobs_by_model ON jobs (model, created_at, id);
CREATE INDEX jobs_by_dataset ON jobs (dataset, created_at, id);
CREATE INDEX jobs_by_end ON jobs (finished_at, id) WHERE finished_at IS NOT NULL;

-- The answers to submits that carried an Idempotency-Key. A reply outlives its job.
CREATE TABLE idempotency_keys (
  holder TEXT NOT NULL,
  key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  created_at TEXT NOT NULL,
  reply TEXT NOT NULL,
  PRIMARY KEY (holder, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE history (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  loss REAL NOT NULL,
  validation_loss REAL,
  seconds REAL NOT NULL CHECK (seconds >= 0),
  metrics TEXT NOT NULL,
  PRIMARY KEY (job_id, epoch)
) STRICT, WITHOUT ROWID;

-- What was measured inside a network after an epoch: `layers` is a JSON array of statistics, first layer to last.
CREATE TABLE layer_statistics (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  layers TEXT NOT NULL,
  PRIMARY KEY (job_id, epoch)
) STRICT, WITHOUT ROWID;

-- What was found, each once for its layer ('' where it is not about one).
CREATE TABLE findings (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  code TEXT NOT NULL,
  layer TEXT NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  value REAL,
  message TEXT NOT NULL,
  PRIMARY KEY (job_id, epoch, code, layer)
) STRICT, WITHOUT ROWID;

-- The last weights of a diverged job that were finite: to look at, never to predict with.
CREATE TABLE remains (
  job_id TEXT PRIMARY KEY NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  trained TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  file TEXT UNIQUE,
  data BLOB,
  CHECK ((data IS NULL) <> (file IS NULL))
) STRICT;

-- `position` rises over all jobs and is never used again (AUTOINCREMENT), so that one reader can follow every job.
CREATE TABLE events (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  id INTEGER NOT NULL CHECK (id >= 1),
  type TEXT NOT NULL,
  at TEXT NOT NULL,
  data TEXT NOT NULL,
  UNIQUE (job_id, id)
) STRICT;

-- The latest of a job and the one before it, in case the latest cannot be read back.
CREATE TABLE checkpoints (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  created_at TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  file TEXT UNIQUE,
  data BLOB,
  CHECK ((data IS NULL) <> (file IS NULL))
) STRICT;

CREATE INDEX checkpoints_by_job ON checkpoints (job_id, id);
