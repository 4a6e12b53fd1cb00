import { availableParallelism, platform, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Projection, ProjectionReport } from '@skein/core';
import { DamagedJournalError, JournalReader } from '../adapters/journal/journal-reader.ts';
import { openProjection } from '../adapters/store.ts';
import type { FromProjector, ProjectorData, ToProjector } from './protocol.ts';
import { createRowMaker, type Rows } from './rows.ts';
import { SharedPosition } from './shared-position.ts';

/** The projector's thread: carries the journal into the store in large batches, and remembers how far. */

const IDLE_MS = 50;
/** Samples trickling in are written together: a commit costs the same for one as for a thousand. */
const GATHER_MS = 20;
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 2000;

const port = parentPort as NonNullable<typeof parentPort>;
const { store, batchRows, journalDirectory, journalId, memory } = workerData as ProjectorData;
const shared = new SharedPosition(memory);
const reader = new JournalReader(journalDirectory);
const addRows = createRowMaker();
const expiries: Extract<ToProjector, { type: 'expire' }>[] = [];
let isStopping = false;

const tell = (message: FromProjector): void => port.postMessage(message);

port.on('message', (message: ToProjector) => {
  if (message.type === 'stop') isStopping = true;
  else expiries.push(message);
});

/** Tries until the store answers: a database that is away only makes the journal longer. */
async function persist<T>(task: () => Promise<T>): Promise<T | undefined> {
  for (let delayMs = RETRY_FIRST_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
    try {
      return await task();
    } catch (error) {
      tell({ type: 'down', reason: (error as Error).message });
      if (isStopping) return undefined;
      await sleep(delayMs);
    }
  }
}

/** Reads on from `position` until there are enough rows for one transaction. */
function gather(position: number, rows: Rows): number {
  let at = position;
  while (at < shared.durable && rows.samples.length + rows.anomalies.length + rows.records.length < batchRows)
    at = reader.read(at, shared.durable, (entry) => addRows(entry, rows));
  return at;
}

async function project(projection: Projection, from: number): Promise<number | undefined> {
  const rows: Rows = { samples: [], anomalies: [], records: [] };
  const beganMs = performance.now();
  const position = gather(from, rows);
  const startedMs = performance.now();
  const report = await persist<ProjectionReport>(() => projection.write({ journalId, position, ...rows }));
  if (!report) return undefined;
  shared.setProjected(position);
  tell({ type: 'projected', position, ...report, seconds: (performance.now() - startedMs) / 1000 });
  const isTrickle = rows.samples.length < batchRows / 10;
  const restMs = restAfter(performance.now() - beganMs, position);
  if (restMs > 0) await sleep(restMs);
  else if (isTrickle && !isStopping) await sleep(GATHER_MS);
  return position;
}

async function expire(projection: Projection): Promise<void> {
  for (let task = expiries.shift(); task; task = expiries.shift()) {
    const { retention, nowMs } = task;
    const samples = await persist(() => projection.expire(retention, nowMs));
    if (samples !== undefined) tell({ type: 'expired', samples });
  }
}

/**
 * The line goes first: on Linux a priority belongs to the thread that sets it, and on a machine of few cores the projector
 * works a small part of the time only while the line is busy. The store falls behind, the journal takes it up; from a lag
 * on, both get their share.
 */
const NICENESS = 10;
const FEW_CORES = 3;
const BUSY = 0.8;
const REST_PER_WORK = 8;
const MAX_REST_MS = 2000;
const MAX_LAG_BYTES = 1024 * 1024 * 1024;

function restAfter(workMs: number, position: number): number {
  const yields = availableParallelism() < FEW_CORES && shared.lineLoad > BUSY;
  if (!yields || isStopping || shared.durable - position > MAX_LAG_BYTES) return 0;
  return Math.min(MAX_REST_MS, REST_PER_WORK * workMs);
}

async function run(): Promise<void> {
  if (platform() === 'linux') setPriority(NICENESS);
  const projection = await persist(() =>
    openProjection({
      ...store,
      onRefused: ({ droneId }, reason) => tell({ type: 'refused_row', droneId, reason }),
    }),
  );
  if (!projection) return;
  const known = await persist(() => projection.position(journalId));
  if (known !== undefined) {
    shared.setProjected(known);
    tell({ type: 'ready', position: known });
  }
  while (shared.opened < 0 && !isStopping) await shared.waitForDurable(IDLE_MS);
  // A start that failed before the journal was open carries nothing, and leaves the store's position alone.
  const isOpen = known !== undefined && shared.opened >= 0;
  // A journal whose newest file was moved away ends before the store's position: what comes from there on is new.
  let position = isOpen ? Math.min(known, shared.opened) : undefined;
  while (position !== undefined) {
    if (position < shared.durable) position = await project(projection, position);
    else if (isStopping) break;
    else await shared.waitForDurable(IDLE_MS);
    await expire(projection);
  }
  reader.close();
  await projection.close();
}

run().then(
  () => port.close(),
  (error: Error) => {
    if (!(error instanceof DamagedJournalError)) throw error;
    tell({ type: 'damaged', reason: error.message });
    port.close();
  },
);
