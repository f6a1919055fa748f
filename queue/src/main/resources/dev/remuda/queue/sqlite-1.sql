-- The table's public face. Nothing happens to one that is there.
CREATE TABLE IF NOT EXISTS ${table} (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  date_inserted TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
  type TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ${prefix}_schema (
  version INTEGER NOT NULL,
  queue_table TEXT NOT NULL,
  queue_id INTEGER NOT NULL
);
INSERT INTO ${prefix}_schema (version, queue_table, queue_id)
SELECT 1, '${table}', random() WHERE NOT EXISTS (SELECT 1 FROM ${prefix}_schema);
