import { TrajectoryIndex } from '../../coordination/trajectory-index.ts';
import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { isOnGround } from '../../fleet/ground.ts';
import type { Terrain } from '../../geo/terrain.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import type { FlightPoint } from '../../missions/energy/route.ts';
import {
  defaultSafetyLimits,
  type FlightCandidate,
  type SafetyLimits,
  type SafetyWorld,
} from '../../missions/safety/flight-candidate.ts';
import { type FlightVerdict, validateFlight } from '../../missions/safety/validate-flight.ts';
import type { Bus, Clock } from '../../ports.ts';
import type { Records } from '../../records.ts';
import type { Airspace as RuledAirspace } from '../../rules/rule.ts';
import type { EnergyBook } from './energy-book.ts';
import { FenceShelf } from './fence-shelf.ts';
import { flightIdOf, toFlightRecord, toFlightTrajectory } from './flight-records.ts';
import { showTraffic } from './shown-traffic.ts';
import type { Site } from './site.ts';
import { type Home, type Situation, speedToward, toSitePlace, toSituation } from './situation.ts';

export interface AirspaceDeskParts {
  readonly fleet: Fleet;
  readonly records: Records;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly site: () => Site | undefined;
  /** Where a drone was first seen in this session, from history; undefined where nothing is known. Rejects where history does not answer. */
  readonly firstSeen: (drone: DroneState) => Promise<Home | undefined>;
  /** How much a drone's flights cost it. */
  readonly energy: Pick<EnergyBook, 'known'>;
  readonly limits?: SafetyLimits;
  /** The ground as measured, and how well: rules keep heights above it even where there are no fences. */
  readonly measured?: { readonly terrain: Terrain; readonly sigmaM: number };
}

/** What is asked about a flight beside its points. */
export interface FlightWish {
  readonly points: readonly FlightPoint[];
  /** Of them, those that are new. */
  readonly changed: readonly number[];
  readonly afterwards: FlightCandidate['afterwards'];
  readonly objection?: string;
  /** Seconds since 1970: not to set out before. It waits where it is. */
  readonly startS?: number;
}

/** A reservation: what stood before comes back where the vehicle refuses. */
export interface Reservation {
  readonly version: number;
  readonly release: () => void;
}

/** How long after landing, or after its end, a commitment goes on being one. */
const SWEEP_MS = 1000;
/** Who has not left the ground so long after it was to is not going to. */
const TAKE_OFF_S = 10;

/** The sky as all plans see it: fences, ground, and every flight that has been committed to. */
export class AirspaceDesk {
  readonly #parts: AirspaceDeskParts;
  readonly #limits: SafetyLimits;
  readonly #fences: FenceShelf;
  readonly #traffic: TrajectoryIndex;
  /** What history told of drones that were never seen on the ground. */
  readonly #homes = new Map<string, Home | undefined>();
  readonly #stop: () => void;

  constructor(parts: AirspaceDeskParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? { ...defaultSafetyLimits, terrainSigmaM: parts.measured?.sigmaM ?? 0 };
    this.#fences = new FenceShelf(parts.records, parts.bus);
    this.#traffic = new TrajectoryIndex({ minima: this.#limits.separation });
    for (const record of parts.records.list('flight'))
      if (record.endedAtMs === undefined) this.#restore(toFlightTrajectory(record));
    this.#stop = parts.clock.every(SWEEP_MS, () => this.#sweep());
  }

  get traffic(): TrajectoryIndex {
    return this.#traffic;
  }

  get limits(): SafetyLimits {
    return this.#limits;
  }

  site(): Site | Refusal {
    const message = 'No place on earth is known yet: set SITE_ORIGIN, or let a drone say its position';
    return this.#parts.site() ?? refuse('STALE_STATE', { reason: 'site_unknown' }, { message });
  }

  fences(tenant: string) {
    return this.#fences.of(tenant);
  }

  /** What rules judge a sample by; undefined where there is nothing to keep to. */
  ruled(tenant: string): RuledAirspace | undefined {
    const fences = this.#fences.of(tenant);
    const { measured, site } = this.#parts;
    if (fences.sites.length === 0 && !measured) return undefined;
    const terrain = measured?.terrain ?? site()?.terrain;
    return { fences, ...(terrain && { terrain }) };
  }

  world(tenant: string): SafetyWorld | Refusal {
    const site = this.site();
    if (isRefusal(site)) return site;
    return {
      ...site,
      fences: this.#fences.of(tenant),
      traffic: showTraffic(this.#traffic, tenant),
      limits: this.#limits,
    };
  }

  async situation(drone: DroneState): Promise<Situation | Refusal> {
    const site = this.site();
    if (isRefusal(site)) return site;
    await this.lookUpHome(drone);
    return this.situationNow(drone);
  }

  /** Asks history for the home of a drone that was only seen in the air; undefined where that is known or was asked before. */
  lookUpHome(drone: DroneState): Promise<void> | undefined {
    const key = flightIdOf(drone.tenant, drone.droneId);
    if (isOnGround(drone) || drone.tookOffFrom || this.#homes.has(key)) return undefined;
    return this.#parts.firstSeen(drone).then(
      (home) => void this.#homes.set(key, home),
      // The store does not answer: another time.
      () => undefined,
    );
  }

  /** The same where it must be said at once: a home that was never looked up is assumed. */
  situationNow(drone: DroneState): Situation | Refusal {
    const site = this.site();
    if (isRefusal(site)) return site;
    const { clock, energy } = this.#parts;
    const home = this.#homeOf(drone, site);
    const parts = { frame: site.frame, home, energy: energy.known(drone), nowMs: clock.now() };
    return toSituation(drone, parts);
  }

  #homeOf(drone: DroneState, { frame }: Site): Home | undefined {
    const from = drone.tookOffFrom && toSitePlace(drone.tookOffFrom, frame);
    if (from) return { place: frame.toGeo(from), assumed: false };
    return this.#homes.get(flightIdOf(drone.tenant, drone.droneId));
  }

  /** All checks of a flight that would begin now. From the ground it goes straight up first. */
  check(situation: Situation, wish: FlightWish): FlightVerdict | Refusal {
    const world = this.world(situation.tenant);
    return isRefusal(world) ? world : validateFlight(this.candidate(situation, wish), world);
  }

  candidate(situation: Situation, wish: FlightWish): FlightCandidate {
    const { points, changed, afterwards, objection, startS = 0 } = wish;
    const { tenant, droneId, at, batteryPct, model, air, pads, onGround } = situation;
    const [first] = points;
    const isClimbing = onGround && first !== undefined && first.at.upM > at.upM;
    const climb = isClimbing ? [{ at: { ...at, upM: first.at.upM } }] : [];
    const nowS = this.#parts.clock.now() / 1000;
    const waitS = Math.max(0, startS - nowS);
    // In the air it takes up room while it waits.
    const before = !onGround && waitS > 0 ? [{ at, holdS: waitS }] : climb;
    return {
      ...{ id: flightIdOf(tenant, droneId), from: at, batteryPct, model, air, pads, afterwards },
      startS: onGround ? nowS + waitS : nowS,
      fromSpeedMps: onGround || !first || waitS > 0 ? 0 : speedToward(situation, first.at),
      points: [...before, ...points],
      changed: changed.map((index) => index + before.length),
      ...(objection !== undefined && { objection }),
    };
  }

  /**
   * Commits to the flight in place of the drone's present one, knowing of the conflicts that the verdict let pass. Another
   * that was committed meanwhile makes it stale: CONFLICT.
   */
  reserve({ tenant, droneId }: Situation, verdict: FlightVerdict): Reservation | Refusal {
    const id = flightIdOf(tenant, droneId);
    const trajectory = verdict.trajectory as Trajectory;
    const before = this.#traffic.get(id);
    const known = this.#traffic.conflicts(trajectory, this.#limits.separation);
    const consulted = new Map(known.map((conflict) => [conflict.with.id, conflict.version]));
    if (before) consulted.set(id, before.version);
    const version = this.#traffic.commit(trajectory, consulted);
    if (isRefusal(version)) return version;
    return {
      version,
      release: () => {
        if (this.#traffic.get(id)?.version !== version) return;
        this.#traffic.remove(id, version);
        if (before) this.#restore(before.trajectory);
      },
    };
  }

  /** What it flies now in place of what was committed, whomever it is in conflict with; kept over a restart too. */
  replace(drone: Pick<Situation, 'tenant' | 'droneId'>, trajectory: Trajectory): void {
    this.#traffic.remove(flightIdOf(drone.tenant, drone.droneId));
    this.#restore(trajectory);
    this.confirm(drone);
  }

  /** The vehicle has taken it: it is kept over a restart too. */
  confirm({ tenant, droneId }: Pick<Situation, 'tenant' | 'droneId'>): void {
    const committed = this.#traffic.get(flightIdOf(tenant, droneId));
    if (committed) this.#parts.records.put(toFlightRecord(tenant, droneId, committed.trajectory));
  }

  /** The drone flies no longer what was committed to. */
  free(tenant: string, droneId: string): void {
    this.#traffic.remove(flightIdOf(tenant, droneId));
    const record = this.#parts.records.find(tenant, 'flight', droneId);
    if (record && record.endedAtMs === undefined)
      this.#parts.records.put({ ...record, state: 'released', endedAtMs: this.#parts.clock.now(), data: {} });
  }

  close(): void {
    this.#stop();
    this.#fences.close();
  }

  /** What stood before stands, whatever has come near it since. */
  #restore(trajectory: Trajectory): void {
    const known = this.#traffic.conflicts(trajectory, this.#limits.separation);
    this.#traffic.commit(trajectory, new Map(known.map((conflict) => [conflict.with.id, conflict.version])));
  }

  #sweep(): void {
    const nowMs = this.#parts.clock.now();
    for (const record of [...this.#parts.records.list('flight')]) {
      if (record.endedAtMs !== undefined || record.changedAtMs > nowMs - 2 * SWEEP_MS) continue;
      const trajectory = toFlightTrajectory(record);
      const drone = this.#parts.fleet.find(record.tenant, record.id);
      const isDown =
        drone !== undefined &&
        isOnGround(drone) &&
        drone.lastHeardMs > record.changedAtMs &&
        nowMs > (trajectory.startS + TAKE_OFF_S) * 1000;
      if (isDown || isPast(trajectory, nowMs)) this.free(record.tenant, record.id);
    }
  }
}

/** Late flights are given time: what is not seen on the ground is believed for a while. */
const GRACE_S = 120;

function isPast({ startS, knots, afterwards }: Trajectory, nowMs: number): boolean {
  return afterwards === 'gone' && nowMs / 1000 > startS + (knots[knots.length - 4] as number) + GRACE_S;
}
