-- Times are milliseconds since 1970 by the database's clock; run_at 0 is "at once".
ALTER TABLE ${table} ADD COLUMN run_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ${table} ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ${table} ADD COLUMN backoff INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ${table} ADD COLUMN owner INTEGER;
ALTER TABLE ${table} ADD COLUMN unique_key TEXT;
ALTER TABLE ${table} ADD COLUMN order_key TEXT;
ALTER TABLE ${table} ADD COLUMN last_error TEXT;
CREATE INDEX ${prefix}_ready ON ${table} (type, run_at, id) WHERE owner IS NULL;
CREATE INDEX ${prefix}_running ON ${table} (owner) WHERE owner IS NOT NULL;
CREATE UNIQUE INDEX ${prefix}_unique ON ${table} (type, unique_key) WHERE unique_key IS NOT NULL;
CREATE INDEX ${prefix}_order ON ${table} (type, order_key, id) WHERE order_key IS NOT NULL;
CREATE TABLE ${prefix}_dead (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id INTEGER NOT NULL,
  inserted_at INTEGER NOT NULL,
  died_at INTEGER NOT NULL,
  type TEXT NOT NULL,
  data TEXT,
  attempt INTEGER NOT NULL,
  unique_key TEXT,
  order_key TEXT,
  last_error TEXT NOT NULL
);
CREATE INDEX ${prefix}_dead_type ON ${prefix}_dead (type, id);
-- last_day: until when it is kept, in days since 1970; said by the process that handled it.
CREATE TABLE ${prefix}_done (
  last_day INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  inserted_at INTEGER NOT NULL,
  done_at INTEGER NOT NULL,
  type TEXT NOT NULL,
  data TEXT,
  attempt INTEGER NOT NULL
);
CREATE INDEX ${prefix}_done_day ON ${prefix}_done (last_day);
CREATE TABLE ${prefix}_consumer (
  id INTEGER PRIMARY KEY,
  heartbeat INTEGER NOT NULL,
  started INTEGER NOT NULL,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  addresses TEXT NOT NULL
);
CREATE TABLE ${prefix}_count (
  type TEXT NOT NULL,
  at_minute INTEGER NOT NULL,
  consumer INTEGER NOT NULL,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  PRIMARY KEY (type, at_minute, consumer)
);
CREATE INDEX ${prefix}_count_minute ON ${prefix}_count (at_minute);
CREATE TABLE ${prefix}_cron (
  name TEXT PRIMARY KEY,
  schedule TEXT NOT NULL,
  next_run INTEGER NOT NULL
);
UPDATE ${prefix}_schema SET version = 2;
