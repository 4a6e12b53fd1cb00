import type { OperatorSettings } from './operator-config.ts';
import type { OperatorEvents, Push } from './operator-messages.ts';

type Listener = (event: never) => void;
type Fields = Readonly<Record<string, unknown>>;

/** From frames to events: unpacks batches, maps records to drones, and tells what is never dropped once. */
export class OperatorPushes {
  readonly #settings: OperatorSettings;
  readonly #listeners = new Map<keyof OperatorEvents, Set<Listener>>();
  #cursor: string | undefined;
  #droneIds: string[] = [];
  #statuses: readonly string[] = [];

  constructor(settings: OperatorSettings) {
    this.#settings = settings;
    this.#cursor = settings.cursor;
  }

  get cursor(): string | undefined {
    return this.#cursor;
  }

  on<E extends keyof OperatorEvents>(event: E, listener: (event: OperatorEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** A listener's fault is the application's, and surfaces as an uncaught exception. */
  emit<E extends keyof OperatorEvents>(event: E, value: OperatorEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        listener(value as never);
      } catch (fault) {
        queueMicrotask(() => {
          throw fault;
        });
      }
    }
  }

  take(push: Push): void {
    if (!this.#isNew(push)) return;
    this.emit('push', push);
    this.#unpack(push);
    // Whatever its type: who listens for it by name knows what it is.
    this.emit(push.type as keyof OperatorEvents, push as never);
  }

  /** To something the line asked by itself. */
  takeOwnReply(reply: Fields): void {
    if (reply['success'] === true) return;
    this.emit('error', { code: 'REQUEST_REFUSED', message: String(reply['message']) });
  }

  /** What has been told already (a resume may overlap with what comes live) is not told again. */
  #isNew({ type, cursor, replay }: Push): boolean {
    if (typeof cursor !== 'string' || replay === true) return true;
    // A status says up to where there is something; it tells nothing of it itself.
    if (type === 'fleet_status') {
      this.#cursor ??= cursor;
      return true;
    }
    if (this.#cursor !== undefined && isAtOrBefore(cursor, this.#cursor)) return false;
    this.#cursor = cursor;
    return true;
  }

  #unpack(push: Push): void {
    const { type, as_of: asOf, drones } = push;
    const common = {
      asOf: String(asOf),
      snapshot: type === 'telemetry_snapshot',
      replay: push.replay === true,
    };
    if (type === 'telemetry_update') this.#tell(push, common);
    else if (type === 'telemetry_batch') this.#tellRows(push, common);
    else if (type === 'telemetry_snapshot')
      for (const drone of drones as readonly Fields[]) this.#tell(drone, common);
    else if (type === 'telemetry_gone')
      this.emit('gone', { droneIds: push['drone_ids'] as readonly string[] });
    else if (type === 'fleet_index') this.#learn(push);
  }

  #tell(drone: Fields, common: Common): void {
    const { drone_id: droneId, stale, data } = drone;
    this.emit('telemetry', {
      ...common,
      droneId: String(droneId),
      stale: stale === true,
      data: data as Fields,
    });
  }

  /** A row says what an update says, without the names. */
  #tellRows({ columns, rows }: Push, common: Common): void {
    const names = columns as readonly string[];
    for (const row of rows as readonly (readonly unknown[])[]) {
      const cells = Object.fromEntries(names.map((name, at) => [name, row[at] ?? undefined]));
      this.#tell(
        { drone_id: cells['drone_id'], stale: cells['link'] !== 'online', data: toData(cells) },
        common,
      );
    }
  }

  /** Indexes are the gateway's, and hold for one life of it. */
  #learn({ statuses, drones }: Push): void {
    this.#statuses = statuses as readonly string[];
    for (const [index, droneId] of drones as readonly (readonly [number, string])[])
      this.#droneIds[index] = droneId;
  }

  /** A new connection tells its indexes anew. */
  forgetIndexes(): void {
    this.#droneIds = [];
    this.#statuses = [];
  }

  takeRecords(bytes: Uint8Array): void {
    const frame = this.#settings.readFleetFrame?.(bytes);
    if (!frame) return this.emit('error', { code: 'TRANSMISSION_ERROR', message: 'records cannot be read' });
    const droneIds = frame.records.map(({ index }) => this.#droneIds[index]);
    this.emit('fleet', { ...frame, droneIds, statuses: this.#statuses });
  }
}

function isAtOrBefore(cursor: string, than: string): boolean {
  const [epoch, number] = cursor.split('-');
  const [thanEpoch, thanNumber] = than.split('-');
  return epoch === thanEpoch && Number(number) <= Number(thanNumber);
}

interface Common {
  readonly asOf: string;
  readonly snapshot: boolean;
  readonly replay: boolean;
}

/** The cells of a row in the form of `telemetry_update.data`. */
function toData(cells: Fields): Fields {
  const { link, time_ms: timeMs, seq, status, armed, battery, anomalies } = cells;
  const { x, y, z, latitude, longitude, altitude, signal, temperature, speed, heading } = cells;
  if (typeof timeMs !== 'number') return { link };
  const gps = latitude === undefined ? null : { latitude, longitude, altitude };
  return {
    ...{ link, timestamp: new Date(timeMs).toISOString(), seq, status, armed, battery, anomalies },
    position: { gps, x, y, z },
    telemetry: { battery, signal, temperature, speed, heading },
  };
}
