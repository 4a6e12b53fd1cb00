import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEntry } from '@skein/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '../adapters/journal/journal.ts';
import { journalId } from '../adapters/journal/journal-id.ts';
import { openStore } from '../adapters/store.ts';
import { Projector } from './projector.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'skein-projector-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const entry = (second: number): JournalEntry => ({
  ...{
    kind: 'telemetry',
    codec: 'json',
    channel: 'websocket',
    tenant: 'default',
    receivedAtMs: Date.UTC(2026, 0, 2),
  },
  payload: JSON.stringify({
    sessionId: 's',
    timestamp: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(),
    drone: { id: 'd' },
    position: { x: 1, y: 2, z: 3 },
    telemetry: { battery: 85, signal: 95 },
  }),
});

/** Opens the journal, appends, and waits until the store has everything; then lets go of it all. */
async function carry(seconds: readonly number[]): Promise<void> {
  const directory = join(dataDir, 'journal');
  const id = journalId(directory);
  let arrived: () => void = () => undefined;
  const fail = (error: Error) => {
    throw error;
  };
  await new Promise<void>((resolve) => {
    arrived = resolve;
    const projector = new Projector(
      {
        store: { databaseUrl: undefined, dataDir },
        batchRows: 5000,
        journalDirectory: directory,
        journalId: id,
      },
      {
        onReady: () => {
          const journal = openJournal({
            directory,
            quotaBytes: 1e9,
            onRecord: () => undefined,
            onFatal: fail,
          });
          projector.setOpened(journal.end);
          journal.onDurable((durable) => projector.setDurable(durable));
          for (const second of seconds) journal.append(entry(second));
          const { end } = journal;
          finish = async () => {
            if (projector.projected < end) return;
            finish = async () => undefined;
            await journal.close();
            await projector.stop(5000);
            arrived();
          };
        },
        onProjected: () => void finish(),
        onTrouble: (trouble) => fail(new Error(JSON.stringify(trouble))),
        onFatal: fail,
      },
    );
    let finish: () => Promise<void> = async () => undefined;
  });
}

async function stored(): Promise<readonly string[]> {
  const store = await openStore({ dataDir, pgPoolMax: 1 });
  const { items } = await store.telemetry({ tenant: 'default', droneId: 'd', limit: 100, order: 'oldest' });
  await store.close();
  return items.map(({ timestamp }) => timestamp.slice(17, 19));
}

test('what is journalled is carried into the store, and nothing twice after a restart', async () => {
  await carry([1, 2, 3]);
  await carry([4]);
  expect(await stored()).toEqual(['01', '02', '03', '04']);
});

test('what comes after a journal file was moved away is carried too', async () => {
  await carry([1, 2, 3]);
  const directory = join(dataDir, 'journal');
  for (const name of readdirSync(directory)) if (name.endsWith('.journal')) rmSync(join(directory, name));
  await carry([4, 5]);
  expect(await stored()).toEqual(['01', '02', '03', '04', '05']);
});
