import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

const FILE = 'content.sqlite';
/** How long somebody else's write is waited for: the caller's thread stands still meanwhile. */
const BUSY_MILLISECONDS = 500;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, used INTEGER NOT NULL, size INTEGER NOT NULL,
    UNIQUE (kind, key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entry_used ON entry (used, size);
  CREATE TABLE IF NOT EXISTS value (id INTEGER PRIMARY KEY, compressed INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
`;

/** The open file of a content cache. Values stand in a table of their own, so that noting a use does not move them. */
export interface ContentFile {
  readonly database: DatabaseSync;
  readonly find: StatementSync;
  readonly tick: StatementSync;
  readonly touch: StatementSync;
  readonly enter: StatementSync;
  readonly store: StatementSync;
  readonly used: StatementSync;
  readonly oldest: StatementSync;
  readonly dropEntry: StatementSync;
  readonly dropValue: StatementSync;
}

/** Opens or makes the file in a folder, which is made when it is missing. @throws what SQLite has to say */
export function openContentFile(folder: string): ContentFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, FILE), { timeout: BUSY_MILLISECONDS });
  try {
    // NORMAL: a crash of the machine may lose the newest entries, it cannot tear the file. The log is taken over when
    // it is as long as it may stay: each time, all who write wait for the disk.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;
      PRAGMA wal_autocheckpoint = 4096;`);
    database.exec(SCHEMA);
    return {
      database,
      find: database.prepare(
        // CROSS holds the order: the planner would go through all of a kind for a handful of keys.
        `SELECT entry.id, entry.key, value.compressed, value.bytes FROM json_each(?) AS wanted
         CROSS JOIN entry ON entry.kind = ? AND entry.key = wanted.value CROSS JOIN value ON value.id = entry.id`,
      ),
      // A clock of its own: it orders uses over all processes, and no machine's clock can set it back.
      tick: database.prepare('SELECT coalesce(max(used), 0) + 1 AS n FROM entry'),
      touch: database.prepare('UPDATE entry SET used = ? WHERE id IN (SELECT value FROM json_each(?))'),
      enter: database.prepare(
        `INSERT INTO entry (kind, key, used, size) VALUES (?, ?, ?, ?)
         ON CONFLICT (kind, key) DO UPDATE SET used = excluded.used, size = excluded.size RETURNING id AS n`,
      ),
      store: database.prepare('INSERT OR REPLACE INTO value (id, compressed, bytes) VALUES (?, ?, ?)'),
      used: database.prepare(
        `SELECT (page_count - freelist_count) * page_size AS n
         FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`,
      ),
      oldest: database.prepare('SELECT id, size FROM entry ORDER BY used, id LIMIT 256'),
      dropEntry: database.prepare('DELETE FROM entry WHERE id = ?'),
      dropValue: database.prepare('DELETE FROM value WHERE id = ?'),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
