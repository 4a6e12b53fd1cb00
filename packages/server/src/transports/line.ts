import type { Clock, Fleet, Ingest, IngestParts } from '@skein/core';
import { type Refusal, refuse } from '@skein/core';
import type { DurableGate } from '../net/durable-gate.ts';
import type { FairReading } from '../net/fair-reading.ts';
import type { Overload } from '../net/overload.ts';
import type { VehicleLinks } from './vehicle-links.ts';

/** What every way in leads to: the ingest line, the gates of durability, the links back to the vehicles. */
export interface Line {
  readonly clock: Clock;
  readonly parts: IngestParts;
  readonly ingest: Ingest;
  readonly fleet: Fleet;
  readonly disk: DurableGate;
  readonly stored: DurableGate;
  readonly links: VehicleLinks;
  readonly reading: FairReading;
  readonly overload: Overload;
  readonly strict: boolean;
  readonly maxMessageBytes: number;
  /** COMPRESSION_ENABLED: gzip bodies and `metadata.compression` payloads are understood. */
  readonly compression: boolean;
  readonly counters: LineCounters;
  /** Nothing more is taken. */
  readonly isStopping: () => boolean;
}

/** Counted at the line itself; shown by /metrics. */
export interface LineCounters {
  accepted: number;
  duplicates: number;
  bytes: number;
  readonly refusals: Map<string, number>;
}

export function countRefusal({ refusals }: LineCounters, code: string): void {
  refusals.set(code, (refusals.get(code) ?? 0) + 1);
}

/** A journal record names its accepted items by 16-bit indexes; an answer to each has to be bounded too. */
const MAX_ITEMS = 10_000;

export function refuseCrowd(items: readonly unknown[]): Refusal | undefined {
  if (items.length <= MAX_ITEMS) return undefined;
  return refuse('PAYLOAD_TOO_LARGE', { field: '', reason: 'items', limit: MAX_ITEMS });
}
