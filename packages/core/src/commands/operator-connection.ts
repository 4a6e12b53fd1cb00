import type { Refusal } from '../errors.ts';
import type { MapWindow } from '../fleet/cluster.ts';

/** The socket an operator asks by, as commands see it. */
export interface OperatorConnection {
  /** From now on (or not any more) these drones' telemetry is pushed; a snapshot comes right after the reply. */
  subscribe(wish: SubscriptionWish): void;
  /** Undefined: everything. */
  unsubscribe(droneIds: readonly string[] | undefined): void;
  /** The drones subscribed by id now, and what else is. */
  subscription(): Subscription;
  /** Tells again, right after the reply, what was pushed after this cursor; `gap` where that is not known any more. */
  resume(cursor: string): ResumeReceipt;
  /** History is pushed as it was at `asOfMs`, `speed` times as fast; live telemetry pauses meanwhile. */
  replay(asOfMs: number, speed: number): Refusal | undefined;
  /** Ends a replay. */
  live(): void;
}

export interface SubscriptionWish {
  readonly drones: readonly string[] | 'all' | MapWindow;
  /** Undefined: as they come, at most once a tick. */
  readonly maxRateHz: number | undefined;
  /** One `telemetry_batch` a tick in place of one `telemetry_update` a drone. */
  readonly batch: boolean;
}

export interface Subscription {
  readonly droneIds: readonly string[];
  readonly all: boolean;
  readonly window: MapWindow | undefined;
}

export interface ResumeReceipt {
  readonly replayed: number;
  /** True: something between is lost; the pushes that follow say so too. */
  readonly gap: boolean;
  readonly cursor: string;
}
