import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * One server per data directory: two writers of one journal would destroy it. The lock is SQLite's own file lock, which
 * the system lets go however the process ends. Throws a sentence when another process holds it.
 */
export function lockDataDirectory(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(dataDir, 'lock.db'), { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new Error(
      `another Skein server already runs on ${dataDir}: stop it, or give this one its own DATA_DIR`,
      { cause },
    );
  }
  return () => lock.close();
}
