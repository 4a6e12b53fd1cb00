import type { DroneState } from '../../fleet/drone-state.ts';
import { isArmed } from '../../fleet/ground.ts';
import type { StateRecord } from '../../messages/state-record.ts';
import {
  type ChargeSession,
  type ChargeWatch,
  createChargeWatch,
  watchCharging,
} from '../../missions/energy/charging-session.ts';
import type { Records } from '../../records.ts';

interface Watched {
  readonly watch: ChargeWatch;
  /** Of the session that is going on and has been written down. */
  sessionId: string | undefined;
}

/** Charging sessions as telemetry shows them, written down when they begin and when they have ended. */
export class ChargingBook {
  readonly #records: Records;
  readonly #newId: () => string;
  readonly #watched = new WeakMap<DroneState, Watched>();
  /** Sessions that went on when the server stopped, by drone. */
  readonly #open = new Map<string, StateRecord>();

  constructor({ records, newId }: { records: Records; newId: () => string }) {
    this.#records = records;
    this.#newId = newId;
    for (const record of records.list('charging_session'))
      if (record.endedAtMs === undefined && record.droneId !== undefined)
        this.#open.set(keyOf(record.tenant, record.droneId), record);
  }

  /** Takes the drone's newest sample in, if it is new. */
  look(drone: DroneState): void {
    const watched = this.#watched.get(drone) ?? this.#begin(drone);
    if (!watched || !(drone.latestTimeUs > watched.watch.lastUs) || !this.#records.accepting) return;
    const { latest } = drone;
    if (!latest) return;
    const { watch } = watched;
    const session = watchCharging(watch, latest);
    if (session) this.#end(drone, watched, session);
    else if (watch.state === 'resting' && watched.sessionId !== undefined) this.#endEmpty(drone, watched);
    // What is only said to be charging is no session before something has come of it.
    else if (watch.state === 'charging' && watched.sessionId === undefined && watch.highPct > watch.lowPct)
      this.#start(drone, watched);
  }

  /** A drone in the air cannot be charged: it is watched once it stands, or where a session of it is open. */
  #begin(drone: DroneState): Watched | undefined {
    const key = keyOf(drone.tenant, drone.droneId);
    const record = this.#open.get(key);
    const { latest } = drone;
    if (!latest || (isArmed(drone) && !record)) return undefined;
    const watched: Watched = { watch: createChargeWatch(), sessionId: record?.id };
    if (record) goOn(watched.watch, record, latest);
    this.#open.delete(key);
    this.#watched.set(drone, watched);
    return watched;
  }

  #start({ tenant, droneId }: DroneState, watched: Watched): void {
    const { lowUs, lowPct } = watched.watch;
    watched.sessionId = this.#newId();
    this.#records.put({
      ...{ kind: 'charging_session', tenant, id: watched.sessionId, droneId, state: 'charging' },
      startedAtMs: Math.round(lowUs / 1000),
      data: { kind: 'charge', startBatteryPct: lowPct },
    });
  }

  #end({ tenant, droneId }: DroneState, watched: Watched, session: ChargeSession): void {
    const { kind, startUs, endUs, startPct, endPct } = session;
    const id = (kind === 'charge' ? watched.sessionId : undefined) ?? this.#newId();
    this.#records.put({
      ...{ kind: 'charging_session', tenant, id, droneId, state: 'ended' },
      ...{ startedAtMs: Math.round(startUs / 1000), endedAtMs: Math.round(endUs / 1000) },
      data: { kind, startBatteryPct: startPct, endBatteryPct: endPct },
    });
    if (kind === 'charge') watched.sessionId = undefined;
  }

  /** Left open by an earlier life of the server: how far it came, nobody has seen. */
  #endEmpty({ tenant, latestTimeUs }: DroneState, watched: Watched): void {
    const record = this.#records.find(tenant, 'charging_session', watched.sessionId as string);
    watched.sessionId = undefined;
    if (!record) return;
    const endedAtMs = Math.max(record.startedAtMs ?? 0, Math.round(latestTimeUs / 1000));
    this.#records.put({ ...record, state: 'ended', endedAtMs });
  }
}

const keyOf = (tenant: string, droneId: string): string => `${tenant}:${droneId}`;

/** The session goes on where the record left it, with whatever has been charged meanwhile. */
function goOn(
  watch: ChargeWatch,
  { startedAtMs, createdAtMs, data }: StateRecord,
  { batteryPct, timeUs }: { readonly batteryPct: number; readonly timeUs: number },
): void {
  const startPct = Number(data['startBatteryPct']);
  watch.state = 'charging';
  watch.lowUs = (startedAtMs ?? createdAtMs) * 1000;
  watch.lowPct = Number.isFinite(startPct) ? startPct : batteryPct;
  watch.highPct = Math.max(watch.lowPct, batteryPct);
  watch.highUs = Math.max(watch.lowUs, timeUs);
}
