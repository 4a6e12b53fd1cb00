import { holdsDrone, isMissionOver } from '../missions/life-cycle.ts';
import type { Bus } from '../ports.ts';
import type { Records } from '../records.ts';
import { type CarriedMission, toMission, toMissionRecord, toMissionSummary } from './mission-record.ts';
import { pushToOperators } from './operator-push.ts';

export interface KeptMission {
  readonly mission: CarriedMission;
  /** Durable once the journal has passed it. */
  readonly position: number;
}

interface Named {
  readonly tenant: string;
  readonly id: string;
}

const keyOf = ({ tenant, id }: Named): string => `${tenant} ${id}`;

/** The missions of all tenants: those that have not ended stand ready by id and by drone, the others in the records. */
export class MissionShelf {
  readonly #records: Records;
  readonly #bus: Bus;
  readonly #live = new Map<string, CarriedMission>();
  /** By tenant and drone: M4, one mission a drone. */
  readonly #bound = new Map<string, Map<string, CarriedMission>>();

  constructor({ records, bus }: { readonly records: Records; readonly bus: Bus }) {
    this.#records = records;
    this.#bus = bus;
    for (const record of records.list('mission')) this.#place(toMission(record));
  }

  find(tenant: string, id: string): CarriedMission | undefined {
    const live = this.#live.get(keyOf({ tenant, id }));
    if (live) return live;
    const record = this.#records.find(tenant, 'mission', id);
    return record && toMission(record);
  }

  /** Those that have not ended. */
  live(): readonly CarriedMission[] {
    return [...this.#live.values()];
  }

  /** Of a tenant, those that have not ended or ended within a day. */
  list(tenant: string): readonly CarriedMission[] {
    return [...this.#records.list('mission', tenant)].map(toMission);
  }

  flownBy(tenant: string, droneId: string): CarriedMission | undefined {
    return this.#bound.get(tenant)?.get(droneId);
  }

  bound(tenant: string): ReadonlyMap<string, CarriedMission> {
    return this.#bound.get(tenant) ?? NONE;
  }

  /** Kept, and told to the operators. */
  keep(mission: CarriedMission): KeptMission {
    const { position } = this.#records.put(toMissionRecord(mission));
    this.#place(mission);
    this.#tell(mission);
    return { mission, position };
  }

  #place(mission: CarriedMission): void {
    const key = keyOf(mission);
    const { tenant } = mission;
    const before = this.#live.get(key)?.droneId;
    const bound = this.#bound.get(tenant) ?? new Map<string, CarriedMission>();
    if (before !== undefined && bound.get(before)?.id === mission.id) bound.delete(before);
    if (isMissionOver(mission.state)) this.#live.delete(key);
    else this.#live.set(key, mission);
    if (mission.droneId !== undefined && holdsDrone(mission.state)) bound.set(mission.droneId, mission);
    if (bound.size > 0) this.#bound.set(tenant, bound);
    else this.#bound.delete(tenant);
  }

  #tell(mission: CarriedMission): void {
    const { tenant, droneId, changedAtMs } = mission;
    const { type: mission_type, ...view } = toMissionSummary(mission);
    const timestamp = new Date(changedAtMs).toISOString();
    const message = { type: 'mission_update', mission_type, ...view, timestamp };
    pushToOperators(this.#bus, { tenant, class: 'kept', droneId, message });
  }
}

const NONE: ReadonlyMap<string, CarriedMission> = new Map();
