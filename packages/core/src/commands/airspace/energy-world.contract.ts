import { Fleet } from '../../fleet/fleet.ts';
import { ParsedSample } from '../../messages/sample.ts';
import { fromRecordValue, type StateRecord } from '../../messages/state-record.ts';
import type { TelemetryMessage } from '../../messages/telemetry-schema.ts';
import type { Bus, Clock, Journal, JournalEntry } from '../../ports.ts';
import { Records } from '../../records.ts';
import { ChargingBook } from './charging-book.ts';
import { EnergyBook } from './energy-book.ts';

/** What a drone tells; the rest is ordinary. */
interface Told {
  readonly batteryPct: number;
  readonly armed?: boolean;
  readonly status?: NonNullable<TelemetryMessage['drone']['status']>;
  readonly upM?: number;
  readonly speedMps?: number;
  readonly wind?: { readonly speed: number; readonly direction: number };
}

/** A server's books with a journal that outlives them, and a fleet that says what it is told to say. */
export class EnergyWorld {
  nowMs = 1_764_000_000_000;
  readonly journal: JournalEntry[] = [];
  readonly fleet = new Fleet({
    hashSession: () => '0123456789abcdef',
    ...{ maxDrones: 10_000, channelAliveMs: 1000, hybridPriority: 'first' },
  });
  records!: Records;
  energy!: EnergyBook;
  charging!: ChargingBook;
  #ids = 0;

  constructor() {
    this.restart();
  }

  restart(): void {
    const clock: Clock = { now: () => this.nowMs, monotonic: () => this.nowMs, every: () => () => undefined };
    const bus: Bus = { publish: () => undefined, subscribe: () => () => undefined };
    const journal = {
      append: (entry: JournalEntry) => this.journal.push(entry) - 1,
      state: () => ({ accepting: true, bytes: 0, quotaBytes: 1 }),
    } as unknown as Journal;
    this.records = new Records({ journal, bus, clock });
    for (const record of this.written()) this.records.restore(record);
    this.energy = new EnergyBook({ records: this.records, clock, bus, fleet: this.fleet });
    this.charging = new ChargingBook({ records: this.records, newId: () => `id-${++this.#ids}` });
  }

  written(): readonly StateRecord[] {
    return this.journal.map(({ payload }) => fromRecordValue(JSON.parse(payload as string)) as StateRecord);
  }

  drone(droneId = 'd') {
    const drone = this.fleet.meet('t', droneId);
    if (!drone) throw new Error('the fleet is full');
    return drone;
  }

  /** So many seconds later the drone says something, and the books look. */
  tell(seconds: number, told: Told, droneId = 'd'): void {
    this.nowMs += seconds * 1000;
    const drone = this.drone(droneId);
    const { batteryPct, upM = 0, speedMps = 0, wind, armed, status } = told;
    const message = {
      ...{ sessionId: 's', timestamp: new Date(this.nowMs).toISOString() },
      drone: { id: droneId, ...(armed !== undefined && { armed }), ...(status && { status }) },
      position: { x: 0, y: 0, z: upM, gps: { latitude: 47, longitude: 8, altitude: upM } },
      telemetry: { battery: batteryPct, speed: speedMps, heading: 90 },
      ...(wind && { sensors: { wind } }),
    } as unknown as TelemetryMessage;
    const origin = { tenant: 't', channel: 'http', receivedAtMs: this.nowMs } as const;
    drone.lastHeardMs = this.nowMs;
    this.fleet.update(drone, new ParsedSample(message, this.nowMs * 1000, origin));
    this.energy.look(drone);
    this.charging.look(drone);
    // The first turn of a round begins it.
    this.energy.sample(1);
    this.energy.sample(20);
  }
}
