import {
  type AirspaceDesk,
  type CommandRecord,
  createLocalFrame,
  DuplicateWindow,
  defaultThresholds,
  Fleet,
  Ingest,
  type IngestParts,
  type JournalState,
  type StateRecord,
  type Store,
} from '@skein/core';
import type { Logger } from 'pino';
import { type Access, openAccess } from './access.ts';
import { type OpenedJournal, openJournal } from './adapters/journal/journal.ts';
import { journalId } from './adapters/journal/journal-id.ts';
import { createMemoryBus } from './adapters/memory/bus.ts';
import { openStore } from './adapters/store.ts';
import type { Config } from './config.ts';
import { lockDataDirectory } from './data-lock.ts';
import { itemsOf } from './decode/items.ts';
import { hashSession } from './decode/session-hash.ts';
import { type Doors, openDoors, type Ports } from './doors.ts';
import { openElevation } from './elevation.ts';
import { startJobs } from './jobs/index.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { DurableGate } from './net/durable-gate.ts';
import { FairReading } from './net/fair-reading.ts';
import { Overload } from './net/overload.ts';
import { systemClock } from './net/system-clock.ts';
import { type OpenedOperations, openOperations } from './operations.ts';
import type { Projector } from './projector/projector.ts';
import { startProjector } from './projector/start.ts';
import { createTailRestorer, recordsFromStore, restoreFromStore } from './restore.ts';
import type { Line } from './transports/line.ts';
import { VehicleLinks } from './transports/vehicle-links.ts';

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Something that cannot be survived has happened: nothing is acknowledged any more, the process must end. */
  readonly onFatal: (error: Error) => void;
}

export interface App {
  readonly ports: Ports;
  readonly access: Access;
  readonly store: Store;
  /** Stops taking, answers what was taken, carries it into the store, lets go of everything. */
  readonly stop: () => Promise<void>;
}

const MAX_WINDOW_ENTRIES = 8_000_000;
const PROJECTOR_GRACE_MS = 10_000;

/** Lets go of one part. */
type Close = () => unknown;

/** Puts the parts together: the one place that knows them all. A start that fails leaves nothing open. */
export async function startApp(options: AppOptions): Promise<App> {
  const opened: Close[] = [];
  try {
    return await openApp(options, opened);
  } catch (error) {
    for (const close of opened.toReversed()) await close();
    throw error;
  }
}

async function openApp({ config, log, onFatal }: AppOptions, opened: Close[]): Promise<App> {
  const terrain = await openElevation(config, log);
  const unlock = lockDataDirectory(config.dataDir);
  opened.push(unlock);
  const store = await openStore(config);
  opened.push(() => store.close());
  const access = await openAccess(config, store, { clock: systemClock, log });
  const metrics = createMetrics();
  opened.push(() => access.close(), metrics.close);
  const gates: { disk?: DurableGate; stored?: DurableGate } = {};
  const projector = await startProjector(config, journalId(config.journalDir), {
    log,
    onFatal,
    onProjected: (report) => {
      metrics.observeProjection(report);
      gates.stored?.open(report.position);
    },
  });
  opened.push(() => projector.stop(0));
  const stopping = { now: false };
  const fleet = createFleet(config);
  const seeded = await restoreFromStore(fleet, store).catch(() => 0);
  const records = [...(await recordsFromStore(store, systemClock.now()))];
  const { line, journal, watch, airspace } = createLine({
    config,
    log,
    fleet,
    projector,
    onFatal,
    ...{ metrics, records, isStopping: () => stopping.now },
  });
  opened.push(() => journal.close());
  const known = { line, store, restored: records, hasEnded: toEndedCheck(access) };
  const operations = openOperations({ ...known, siteOrigin: config.siteOrigin, terrain });
  opened.push(operations.close);
  airspace.ruled = (tenant) => operations.airspace.ruled(tenant);
  Object.assign(gates, line);
  log.info(
    { drones: fleet.size, seeded, journalBytes: journal.state().bytes, cutBytes: journal.cutBytes },
    'restored',
  );
  const doors = await openDoors({ config, log, line, operations, store, access, metrics, projector });
  watch((state) => doors.setAccepting(state));
  const stopJobs = startJobs({ line, projector, config, operations, log });
  metrics.watch({ line, journal, projector, sockets: doors.sockets, operators: () => doors.gateway.size });
  const stop = once(async () => {
    stopping.now = true;
    stopJobs();
    line.overload.close();
    await stopInOrder({ doors, operations, journal, projector, access, store, metrics });
    unlock();
  });
  return { ports: doors.ports, access, store, stop };
}

function createFleet({ maxDrones, heartbeatIntervalMs, hybridPriority }: Config): Fleet {
  return new Fleet({ hashSession, maxDrones, channelAliveMs: 2 * heartbeatIntervalMs, hybridPriority });
}

interface LineParts {
  readonly config: Config;
  readonly log: Logger;
  readonly fleet: Fleet;
  readonly projector: Projector;
  readonly onFatal: (error: Error) => void;
  readonly metrics: Metrics;
  /** Of the store; those of the journal's tail are added. */
  readonly records: StateRecord[];
  readonly isStopping: () => boolean;
}

/** The straight line itself, with what the journal's tail says already in it. */
function createLine({ config, log, fleet, projector, onFatal, metrics, records, isStopping }: LineParts) {
  const nowMs = systemClock.now();
  const duplicates = new DuplicateWindow(
    { windowMs: config.dedupWindowMs, maxEntries: MAX_WINDOW_ENTRIES },
    nowMs,
  );
  const bus = createMemoryBus();
  const frame = config.siteOrigin && createLocalFrame(config.siteOrigin);
  const airspace: { ruled: AirspaceDesk['ruled'] } = { ruled: () => undefined };
  const parts = {
    ...{ fleet, duplicates, bus, frame, thresholds: defaultThresholds, items: itemsOf },
    airspace: (tenant: string) => airspace.ruled(tenant),
  };
  let onState: (state: JournalState) => void = () => undefined;
  const restore = { projected: projector.projected, hotSinceMs: nowMs - config.dedupWindowMs, records };
  const tail = new Ingest(parts as unknown as IngestParts);
  const journal = openJournal({
    directory: config.journalDir,
    quotaBytes: config.journalMaxBytes,
    from: restore.projected,
    onRecord: createTailRestorer(tail, restore),
    onFatal,
    onStateChange: (state) => onState(state),
  });
  const whole: IngestParts = { ...parts, journal };
  const disk = new DurableGate('disk', () => journal.durable);
  const stored = new DurableGate('stored', () => projector.projected);
  journal.onDurable((durable) => {
    projector.setDurable(durable);
    disk.open(durable);
    const projected = projector.projected;
    duplicates.release(projected);
    journal.release(projected);
  });
  projector.setOpened(journal.end);
  bus.subscribe('finding', (_subject, payload) =>
    metrics.countFinding((payload as { finding: { type: string } }).finding.type),
  );
  const line: Line = {
    ...{ clock: systemClock, parts: whole, ingest: new Ingest(whole), fleet, disk, stored },
    links: new VehicleLinks(bus),
    reading: new FairReading(systemClock.monotonic),
    overload: new Overload({ clock: systemClock, log, queueShare: () => queueShareOf(journal) }),
    strict: config.validation === 'strict',
    maxMessageBytes: config.maxMessageBytes,
    compression: config.compressionEnabled,
    isStopping,
    counters: { accepted: 0, duplicates: 0, bytes: 0, refusals: new Map() },
  };
  const watch = (listener: (state: JournalState) => void) => {
    onState = listener;
  };
  return { line, journal, watch, airspace };
}

/** Of the room that the journal has, what is taken. */
const queueShareOf = (journal: OpenedJournal): number => {
  const { bytes, quotaBytes } = journal.state();
  return bytes / quotaBytes;
};

interface Running {
  readonly doors: Doors;
  readonly operations: OpenedOperations;
  readonly journal: OpenedJournal;
  readonly projector: Projector;
  readonly access: Access;
  readonly store: Store;
  readonly metrics: Metrics;
}

/** Nothing that was taken is lost: doors first, then the disk, then the store. */
async function stopInOrder({
  doors,
  operations,
  journal,
  projector,
  access,
  store,
  metrics,
}: Running): Promise<void> {
  await doors.drain();
  operations.close();
  await journal.close();
  await doors.close();
  await projector.stop(PROJECTOR_GRACE_MS);
  await access.close();
  await store.close();
  metrics.close();
}

function once(task: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= task();
    return done;
  };
}

/** A command that waits leaves only while whoever ordered it still may. */
function toEndedCheck({ keyring }: Access): (command: CommandRecord) => boolean {
  return ({ credential }) => credential !== undefined && keyring.endedBy(credential) !== undefined;
}
