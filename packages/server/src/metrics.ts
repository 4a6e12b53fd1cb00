import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Refusal } from '@skein/core';
import type { OpenedJournal } from './adapters/journal/journal.ts';
import type { Projector } from './projector/projector.ts';
import type { FromProjector } from './projector/protocol.ts';
import type { Line } from './transports/line.ts';
import type { DroneSockets } from './transports/websocket.ts';

/** Prometheus metrics, prefix `skein_`. What is counted on the hot path is counted there and only read here. */
export interface Metrics {
  readonly registry: Registry;
  readonly observeProjection: (report: Extract<FromProjector, { type: 'projected' }>) => void;
  readonly countFinding: (type: string) => void;
  readonly countRefusal: (refusal: Refusal) => void;
  readonly countResponse: (route: string, status: number) => void;
  /** Reads the line's own counters at each scrape. */
  readonly watch: (parts: WatchedParts) => void;
  readonly close: () => void;
}

interface WatchedParts {
  readonly line: Line;
  readonly journal: OpenedJournal;
  readonly projector: Projector;
  readonly sockets: DroneSockets;
  readonly operators: () => number;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const stopDefaults = collectDefaultMetrics({ register: registry });
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const rows = new Counter({
    name: 'skein_projection_rows_total',
    help: 'Samples written to the store',
    labelNames: ['outcome'],
    registers,
  });
  const batches = new Histogram({
    name: 'skein_projection_seconds',
    help: 'Time of a projection batch',
    buckets: SECONDS,
    registers,
  });
  const findings = new Counter({
    name: 'skein_findings_total',
    help: 'Conditions raised by rules',
    labelNames: ['type'],
    registers,
  });
  const refusals = new Counter({
    name: 'skein_refusals_total',
    help: 'Refused messages and requests by code',
    labelNames: ['code'],
    registers,
  });
  const responses = new Counter({
    name: 'skein_http_requests_total',
    help: 'HTTP answers',
    labelNames: ['route', 'status'],
    registers,
  });
  new Gauge({
    name: 'skein_event_loop_delay_seconds',
    help: 'p99 of the event loop’s delay since the last scrape',
    registers,
    collect() {
      this.set(delay.percentile(99) / 1e9);
      delay.reset();
    },
  });
  return {
    registry,
    observeProjection: ({ stored, repeated, seconds }) => {
      rows.inc({ outcome: 'stored' }, stored);
      rows.inc({ outcome: 'repeated' }, repeated);
      batches.observe(seconds);
    },
    countFinding: (type) => findings.inc({ type }),
    countRefusal: ({ code }) => refusals.inc({ code }),
    countResponse: (route, status) => responses.inc({ route, status: String(status) }),
    watch: (parts) => watch(registry, parts),
    close: () => {
      delay.disable();
      if (typeof stopDefaults === 'function') (stopDefaults as () => void)();
    },
  };
}

/** Numbers that live elsewhere: name, help, where to read. */
function watch(registry: Registry, { line, journal, projector, sockets, operators }: WatchedParts): void {
  const { counters, fleet, parts } = line;
  const gauges: readonly (readonly [string, string, () => number])[] = [
    ['skein_ingest_messages_total', 'Data messages accepted', () => counters.accepted],
    ['skein_duplicates_total', 'Data messages that were repeats', () => counters.duplicates],
    ['skein_ingest_bytes_total', 'Bytes of WebSocket messages received', () => counters.bytes],
    ['skein_journal_records_total', 'Records appended to the journal', () => journal.counters.records],
    ['skein_journal_written_bytes_total', 'Bytes flushed to the journal', () => journal.counters.bytes],
    ['skein_journal_flushes_total', 'Flushes (fdatasync) of the journal', () => journal.counters.flushes],
    ['skein_journal_bytes', 'Bytes the journal holds', () => journal.state().bytes],
    ['skein_journal_quota_bytes', 'Bytes the journal may hold', () => journal.state().quotaBytes],
    ['skein_journal_accepting', '1 = the journal takes messages', () => Number(journal.state().accepting)],
    [
      'skein_projection_lag_bytes',
      'Journal bytes the store has not yet',
      () => Math.max(0, journal.durable - projector.projected),
    ],
    ['skein_store_up', '1 = the store takes what it is given', () => Number(projector.isUp)],
    ['skein_overload_level', 'Rungs of the overload ladder that are shed, 0 to 6', () => line.overload.level],
    ['skein_drones', 'Drones in the live picture', () => fleet.size],
    ['skein_duplicate_window_entries', 'Identities in the hot window', () => parts.duplicates.size],
  ];
  for (const [name, help, read] of gauges)
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  new Gauge({
    name: 'skein_connections',
    help: 'Open sockets',
    labelNames: ['transport'],
    registers: [registry],
    collect() {
      this.set({ transport: 'drone' }, sockets.size);
      this.set({ transport: 'operator' }, operators());
    },
  });
  new Gauge({
    name: 'skein_socket_refusals_total',
    help: 'Refused messages at the ingest line by code',
    labelNames: ['code'],
    registers: [registry],
    collect() {
      for (const [code, count] of counters.refusals) this.set({ code }, count);
    },
  });
}
