import { existsSync } from 'node:fs';
import { openJournal } from '../adapters/journal/journal.ts';
import { journalId } from '../adapters/journal/journal-id.ts';
import { listSegments } from '../adapters/journal/segments.ts';
import type { Config } from '../config.ts';
import { lockDataDirectory } from '../data-lock.ts';
import { createLog } from '../log.ts';
import { startProjector } from '../projector/start.ts';
import { Failure } from './console.ts';

/** A journal at its quota, into a store that takes 10 000 rows a second, twice over. */
const MAX_CATCH_UP_MS = 3_600_000;

/**
 * Carries into the store what the journal holds beyond it. A server that runs does so anyway, within moments; where none
 * does (it was killed, or its database was away), what was acknowledged stands in the journal only.
 */
export async function catchUp(config: Config): Promise<void> {
  const { journalDir, dataDir } = config;
  if (!existsSync(journalDir) || listSegments(journalDir).length === 0) return;
  const unlock = tryLock(dataDir);
  if (!unlock) return;
  try {
    await carryOver(config);
  } finally {
    unlock();
  }
}

function tryLock(dataDir: string): (() => void) | undefined {
  try {
    return lockDataDirectory(dataDir);
  } catch {
    // Held by a server: it carries over what there is.
    return undefined;
  }
}

async function carryOver(config: Config): Promise<void> {
  const { journalDir: directory, journalMaxBytes: quotaBytes } = config;
  let fault: Error | undefined;
  const onFatal = (error: Error) => {
    fault = error;
  };
  const journal = openJournal({ directory, quotaBytes, onRecord: () => undefined, onFatal });
  const log = createLog({ ...config, logLevel: 'error' });
  const projector = await startProjector(config, journalId(directory), {
    log,
    onFatal,
    onProjected: () => undefined,
  });
  projector.setOpened(journal.durable);
  await projector.stop(MAX_CATCH_UP_MS);
  const isWhole = projector.projected >= journal.durable;
  await journal.close();
  if (fault) throw fault;
  if (!isWhole)
    throw new Failure('The store did not take what the journal holds: the export would not be whole.');
}
