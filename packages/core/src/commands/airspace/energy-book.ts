import type { DroneState } from '../../fleet/drone-state.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { isArmed, isOnGround } from '../../fleet/ground.ts';
import { type EnergyModel, unknownModel } from '../../missions/energy/energy-model.ts';
import { type AirState, unknownAir } from '../../missions/energy/leg.ts';
import { type RemainingTime, remainingTime } from '../../missions/energy/remaining-time.ts';
import type { Bus, Clock, Unsubscribe } from '../../ports.ts';
import type { Records } from '../../records.ts';
import type { CommandRecord } from '../ledger/command-record.ts';
import { toCalibration, toKnownModel, toModelRecord } from './energy-model-record.ts';
import { createEnergyWatch, type EnergyWatch, observeEnergy, type Stand } from './energy-watch.ts';
import { type LeastEnergy, LeastEnergyCache } from './least-energy.ts';
import { toAir, toDensityKgpm3 } from './wind.ts';

/** What plans reckon a drone's energy with. */
export interface KnownEnergy {
  readonly model: EnergyModel;
  readonly air: AirState;
  /** Readings that the model was fitted to; 0: nothing is known of this drone. */
  readonly readings: number;
}

interface Entry {
  readonly tenant: string;
  readonly droneId: string;
  readonly watch: EnergyWatch;
  /** Armed, commanded or asked about last. */
  activeAtMs: number;
  sampledAtMs: number;
  kept: EnergyModel;
  keptAtMs: number;
}

/** Of a drone that something is known of: its watch while there is one, or else what was kept. */
interface Held {
  readonly cache: LeastEnergyCache;
  watch: EnergyWatch | undefined;
  model: EnergyModel;
}

/** Drones watched at once; of more, those that nobody commands wait. */
const MAX_WATCHED = 2000;
const FORGET_MS = 600_000;
/** Once a second, give or take a turn. */
const SAMPLE_MS = 900;
const KEEP_EVERY_MS = 60_000;
/** Less than this is no news worth the disk. */
const NOTABLE_SHARE = 0.05;
const NOTABLE_SIGMA = 0.02;
/** 80 % of a normal distribution. */
const Z_80 = 1.2816;

/** How the drones that fly use their energy: learned from their telemetry, kept over a restart, asked by every plan. */
export class EnergyBook {
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #fleet: Fleet;
  readonly #entries = new Map<string, Entry>();
  /** Where each drone stood last. */
  readonly #stands = new WeakMap<DroneState, Stand>();
  /** By tenant and drone: asked of the whole fleet at once, so there is no key to be made for each. */
  readonly #held = new Map<string, Map<string, Held>>();
  readonly #unknown = new LeastEnergyCache();
  readonly #unsubscribe: Unsubscribe;
  #round: Iterator<Entry> = [].values();

  constructor({ records, clock, fleet, bus }: { records: Records; clock: Clock; fleet: Fleet; bus: Bus }) {
    this.#records = records;
    this.#clock = clock;
    this.#fleet = fleet;
    for (const { tenant, id } of records.list('energy_model')) this.#hold(tenant, id);
    this.#unsubscribe = bus.subscribe('command', (_subject, payload) => {
      const { tenant, droneId } = payload as CommandRecord;
      this.follow(tenant, droneId);
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Watches a drone from here on; of too many, the one that was first to be watched gives way. */
  follow(tenant: string, droneId: string): void {
    const entry = this.#entries.get(keyOf(tenant, droneId)) ?? this.#open(tenant, droneId);
    entry.activeAtMs = this.#clock.now();
  }

  /** One that is armed is watched while there is room. Cheap: asked of the whole fleet. */
  look(drone: DroneState): void {
    const stand = isOnGround(drone) ? drone.latest : undefined;
    if (stand) this.#stands.set(drone, { upM: stand.upM, altitudeAmslM: stand.altitudeAmslM });
    if (!isArmed(drone) || this.#entries.size >= MAX_WATCHED) return;
    if (!this.#entries.has(keyOf(drone.tenant, drone.droneId))) this.#open(drone.tenant, drone.droneId);
  }

  /** Takes in the newest samples of the next so many watched drones. */
  sample(count: number): void {
    const nowMs = this.#clock.now();
    for (let left = Math.min(count, this.#entries.size); left > 0; left -= 1) {
      const { value: entry, done } = this.#round.next();
      if (done) {
        this.#round = this.#entries.values();
        return;
      }
      this.#observe(entry as Entry, nowMs);
    }
  }

  known(drone: DroneState): KnownEnergy {
    const { tenant, droneId, latest } = drone;
    const density = toDensityKgpm3(latest?.altitudeAmslM ?? Number.NaN);
    const watch = this.#entries.get(keyOf(tenant, droneId))?.watch;
    if (watch) {
      const readings = watch.calibration.readings.taken;
      return { model: watch.model, air: toAir(watch.wind, this.#clock.now(), density), readings };
    }
    const record = this.#records.find(tenant, 'energy_model', droneId);
    const air = { ...unknownAir, densityKgpm3: density };
    if (!record) return { model: unknownModel, air, readings: 0 };
    const calibration = toCalibration(record);
    return { model: toKnownModel(calibration), air, readings: calibration.readings.taken };
  }

  /** What each drone's flights cost at the least, as it is known: for a scan over all of them. */
  leastOf(tenant: string): (drone: DroneState) => LeastEnergy {
    const held = this.#held.get(tenant);
    const nowMs = this.#clock.now();
    return ({ droneId, place: { altitudeAmslM: altitudeM } }) => {
      const own = held?.get(droneId);
      if (!own) return this.#unknown.read(unknownModel, 0, altitudeM);
      if (!own.watch) return own.cache.read(own.model, 0, altitudeM);
      const { windEastMps, windNorthMps } = toAir(own.watch.wind, nowMs, 1);
      return own.cache.read(own.watch.model, Math.hypot(windEastMps, windNorthMps), altitudeM);
    };
  }

  /** With so much energy above the floor, as it has flown lately; the model's own doubt widens the interval. */
  remaining({ tenant, droneId }: DroneState, energyWh: number): RemainingTime | undefined {
    const watch = this.#entries.get(keyOf(tenant, droneId))?.watch;
    const time = watch && remainingTime(watch.trend, energyWh);
    if (!time) return undefined;
    const doubt = 1 + Z_80 * watch.model.relativeSigma;
    return { meanS: time.meanS, leastS: time.leastS / doubt, mostS: time.mostS * doubt };
  }

  close(): void {
    this.#unsubscribe();
  }

  #open(tenant: string, droneId: string): Entry {
    const [first] = this.#entries.size >= MAX_WATCHED ? this.#entries.keys() : [];
    const given = first === undefined ? undefined : this.#entries.get(first);
    if (given) this.#forget(given);
    const record = this.#records.find(tenant, 'energy_model', droneId);
    const drone = this.#fleet.find(tenant, droneId);
    const watch = createEnergyWatch(toCalibration(record), drone && this.#stands.get(drone));
    const nowMs = this.#clock.now();
    const kept = record ? watch.model : unknownModel;
    const times = { activeAtMs: nowMs, sampledAtMs: 0, keptAtMs: record?.changedAtMs ?? 0 };
    const entry: Entry = { tenant, droneId, watch, kept, ...times };
    this.#entries.set(keyOf(tenant, droneId), entry);
    this.#hold(tenant, droneId, watch);
    return entry;
  }

  #forget({ tenant, droneId }: Entry): void {
    this.#entries.delete(keyOf(tenant, droneId));
    this.#hold(tenant, droneId);
  }

  #hold(tenant: string, droneId: string, watch?: EnergyWatch): void {
    const held = this.#held.get(tenant) ?? new Map<string, Held>();
    const record = this.#records.find(tenant, 'energy_model', droneId);
    if (!watch && !record) return void held.delete(droneId);
    const model = toKnownModel(toCalibration(record));
    const cache = held.get(droneId)?.cache ?? new LeastEnergyCache();
    this.#held.set(tenant, held.set(droneId, { cache, watch, model }));
  }

  #observe(entry: Entry, nowMs: number): void {
    if (nowMs - entry.sampledAtMs < SAMPLE_MS) return;
    entry.sampledAtMs = nowMs;
    const { tenant, droneId, watch } = entry;
    const drone = this.#fleet.find(tenant, droneId);
    if (drone && isArmed(drone)) entry.activeAtMs = Math.max(entry.activeAtMs, drone.lastHeardMs);
    if (!drone || nowMs - entry.activeAtMs > FORGET_MS) {
      this.#keep(entry, nowMs);
      this.#forget(entry);
      return;
    }
    if (observeEnergy(watch, drone, nowMs) && nowMs - entry.keptAtMs >= KEEP_EVERY_MS)
      this.#keep(entry, nowMs);
  }

  #keep(entry: Entry, nowMs: number): void {
    const { tenant, droneId, watch } = entry;
    if (!isNotable(entry.kept, watch.model) || !this.#records.accepting) return;
    this.#records.put(toModelRecord(tenant, droneId, watch.calibration));
    entry.kept = watch.model;
    entry.keptAtMs = nowMs;
  }
}

const keyOf = (tenant: string, droneId: string): string => `${tenant}:${droneId}`;

function isNotable(kept: EnergyModel, model: EnergyModel): boolean {
  const [was, is] = [kept.airframe, model.airframe];
  const efficiency = Math.abs(is.drivetrainEfficiency / was.drivetrainEfficiency - 1);
  const drag = Math.abs(is.dragAreaM2 - was.dragAreaM2) / Math.max(0.01, was.dragAreaM2);
  const sigma = Math.abs(model.relativeSigma - kept.relativeSigma);
  return efficiency > NOTABLE_SHARE || drag > NOTABLE_SHARE || sigma > NOTABLE_SIGMA;
}
