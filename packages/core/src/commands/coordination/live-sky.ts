import { AIRCRAFT_KINDS } from '../../coordination/detection/aircraft-kinds.ts';
import { createSky, type Sky } from '../../coordination/detection/sky.ts';
import type { TrajectoryIndex } from '../../coordination/trajectory-index.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import { isOnGround } from '../../fleet/ground.ts';
import type { Enu, LocalFrame } from '../../geo/wgs84.ts';
import type { Reading } from '../../messages/sample.ts';
import { flightIdOf } from '../airspace/flight-records.ts';
import { toSitePlace } from '../airspace/situation.ts';

/** Where a drone was when it was looked at last, and how it moved. */
interface Track extends Enu {
  timeUs: number;
  eastMps: number;
  northMps: number;
  upMps: number;
}

/** Two samples nearer in time say more of their errors than of a movement. */
const SHORTEST_S = 0.4;
const LONGEST_S = 10;
/** Heights are known worse than places: of a climb seen between two samples so much is believed, and of a slow one nothing. */
const CLIMB_WEIGHT = 0.3;
const LEVEL_MPS = 0.4;
/** What is faster between two samples is a jump of the position. */
const FASTEST_MPS = 60;
const FIRST_ROWS = 1024;
/** So far a vehicle looks for others: what two can fly towards each other in the look-ahead. */
export const NEAR_M = 700;
/** Of a crowd in one place no more are looked at. */
const MOST_IN_CELL = 256;

/** The drones in the air, row by row, as detection wants them; gathered a part at a time. Velocities are those of their positions. */
export class LiveSky {
  readonly #traffic: TrajectoryIndex;
  #sky = createSky(FIRST_ROWS);
  #drones: DroneState[] = [];
  #heardMs = new Float64Array(FIRST_ROWS);
  #atMs = 0;
  #cells: Map<string, number[]> | undefined;
  #tracks = new Map<string, Track>();
  #before = new Map<string, Track>();

  constructor(traffic: TrajectoryIndex) {
    this.#traffic = traffic;
    this.#sky.count = 0;
  }

  get count(): number {
    return this.#sky.count;
  }

  /** A new round: nobody is in it yet. */
  begin(): void {
    this.#sky.count = 0;
    this.#cells = undefined;
    this.#drones = [];
    this.#before = this.#tracks;
    this.#tracks = new Map();
  }

  /** Takes a drone in where it is in the air and has said where. */
  look(drone: DroneState, frame: LocalFrame): void {
    const latest = isOnGround(drone) ? undefined : drone.latest;
    const place = latest && toSitePlace(latest, frame);
    if (!latest || !place) return;
    const id = flightIdOf(drone.tenant, drone.droneId);
    const track = toTrack(latest, place, this.#before.get(id));
    this.#tracks.set(id, track);
    const row = this.#sky.count;
    if (row === this.#sky.kind.length) this.#grow();
    const sky = this.#sky;
    sky.count = row + 1;
    for (const field of ['eastM', 'northM', 'upM', 'eastMps', 'northMps'] as const)
      sky[field][row] = track[field];
    sky.upMps[row] = Math.abs(track.upMps) < LEVEL_MPS ? 0 : track.upMps;
    sky.kind[row] = AIRCRAFT_KINDS.fleet;
    sky.plans[row] = this.#traffic.get(id)?.trajectory;
    this.#heardMs[row] = latest.receivedAtMs;
    this.#drones[row] = drone;
  }

  /** When its ages were reckoned last. */
  get atMs(): number {
    return this.#atMs;
  }

  /** The round as it was when its ages were reckoned last. */
  get sky(): Sky {
    return this.#sky;
  }

  /** The round as it is at a moment. */
  skyAt(nowMs: number): Sky {
    const { ageS, count } = this.#sky;
    this.#atMs = nowMs;
    for (let row = 0; row < count; row += 1)
      ageS[row] = Math.max(0, (nowMs - (this.#heardMs[row] as number)) / 1000);
    return this.#sky;
  }

  droneAt(row: number): DroneState {
    return this.#drones[row] as DroneState;
  }

  idAt(row: number): string {
    const { tenant, droneId } = this.droneAt(row);
    return flightIdOf(tenant, droneId);
  }

  /** Rows of the cells around a row: all within `NEAR_M`, and some that are farther. */
  near(row: number): readonly number[] {
    this.#cells ??= this.#toCells();
    const found: number[] = [];
    const [east, north] = this.#cellOf(row);
    for (let dEast = -1; dEast <= 1; dEast += 1)
      for (let dNorth = -1; dNorth <= 1; dNorth += 1)
        found.push(...(this.#cells.get(`${east + dEast} ${north + dNorth}`) ?? []));
    return found;
  }

  #cellOf(row: number): readonly [number, number] {
    const { eastM, northM } = this.#sky;
    return [Math.floor((eastM[row] as number) / NEAR_M), Math.floor((northM[row] as number) / NEAR_M)];
  }

  #toCells(): Map<string, number[]> {
    const cells = new Map<string, number[]>();
    for (let row = 0; row < this.count; row += 1) {
      const key = this.#cellOf(row).join(' ');
      const rows = cells.get(key);
      if (!rows) cells.set(key, [row]);
      else if (rows.length < MOST_IN_CELL) rows.push(row);
    }
    return cells;
  }

  rowsById(): ReadonlyMap<string, number> {
    const rows = new Map<string, number>();
    for (let row = 0; row < this.count; row += 1) rows.set(this.idAt(row), row);
    return rows;
  }

  #grow(): void {
    const old = this.#sky;
    const sky = createSky(2 * old.count);
    for (const field of ['eastM', 'northM', 'upM', 'eastMps', 'northMps', 'upMps', 'ageS'] as const)
      sky[field].set(old[field]);
    sky.kind.set(old.kind);
    for (const [row, plan] of old.plans.entries()) sky.plans[row] = plan;
    sky.count = old.count;
    this.#sky = sky;
    const heardMs = new Float64Array(sky.kind.length);
    heardMs.set(this.#heardMs);
    this.#heardMs = heardMs;
  }
}

function toTrack(latest: Reading, place: Enu, before: Track | undefined): Track {
  const { timeUs } = latest;
  const flownS = before ? (timeUs - before.timeUs) / 1e6 : Number.NaN;
  if (before && flownS < SHORTEST_S) return before;
  const moved = before && flownS <= LONGEST_S ? velocityBetween(before, place, flownS) : undefined;
  return { ...place, timeUs, ...(moved ?? toldVelocity(latest)) };
}

function velocityBetween(from: Track, to: Enu, flownS: number) {
  const eastMps = (to.eastM - from.eastM) / flownS;
  const northMps = (to.northM - from.northM) / flownS;
  const climbMps = (to.upM - from.upM) / flownS;
  const upMps = from.upMps + CLIMB_WEIGHT * (climbMps - from.upMps);
  return Math.hypot(eastMps, northMps, climbMps) <= FASTEST_MPS ? { eastMps, northMps, upMps } : undefined;
}

/** The drone's own word, its nose being where it flies to. */
function toldVelocity({ groundSpeedMps, headingDeg }: Reading) {
  if (!Number.isFinite(groundSpeedMps + headingDeg)) return { eastMps: 0, northMps: 0, upMps: 0 };
  const heading = (headingDeg * Math.PI) / 180;
  return {
    eastMps: groundSpeedMps * Math.sin(heading),
    northMps: groundSpeedMps * Math.cos(heading),
    upMps: 0,
  };
}
