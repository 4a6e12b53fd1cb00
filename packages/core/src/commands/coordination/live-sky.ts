import { AIRCRAFT_KINDS } from '../../coordination/detection/aircraft-kinds.ts';
import { createSky, type Sky } from '../../coordination/detection/sky.ts';
import type { TrajectoryIndex } from '../../coordination/trajectory-index.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import { isOnGround } from '../../fleet/ground.ts';
import type { Enu, LocalFrame } from '../../geo/wgs84.ts';
import { flightIdOf } from '../airspace/flight-records.ts';
import { toSitePlace } from '../airspace/situation.ts';

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

const NO_ROW = -1;

/** Of every drone that was ever in the air: when and where it was looked at last, how it moved, and its row in this round. */
interface Tracks extends Readonly<Record<(typeof TRACK_COLUMNS)[number], Float64Array>> {
  readonly row: Int32Array;
}
const TRACK_COLUMNS = ['timeUs', 'eastM', 'northM', 'upM', 'eastMps', 'northMps', 'upMps'] as const;

/**
 * The drones in the air, row by row, as detection wants them; gathered a part at a time. Velocities are those of their
 * positions. In columns that stay from round to round: a large fleet leaves no garbage.
 */
export class LiveSky {
  readonly #traffic: TrajectoryIndex;
  #sky = createSky(FIRST_ROWS);
  readonly #drones: DroneState[] = [];
  readonly #slots: number[] = [];
  #heardMs = new Float64Array(FIRST_ROWS);
  #atMs = 0;
  #cells: Map<string, number[]> | undefined;
  readonly #slotOf = new Map<DroneState, number>();
  readonly #slotById = new Map<string, number>();
  readonly #ids: string[] = [];
  #tracks = createTracks(FIRST_ROWS);

  constructor(traffic: TrajectoryIndex) {
    this.#traffic = traffic;
    this.#sky.count = 0;
  }

  get count(): number {
    return this.#sky.count;
  }

  /** A new round: nobody is in it yet. */
  begin(): void {
    for (let row = 0; row < this.#sky.count; row += 1) this.#tracks.row[this.#slots[row] as number] = NO_ROW;
    this.#sky.count = 0;
    this.#cells = undefined;
  }

  /** Takes a drone in where it is in the air and has said where. */
  look(drone: DroneState, frame: LocalFrame): void {
    const place = isOnGround(drone) ? undefined : toSitePlace(drone.place, frame);
    if (!place) return;
    const slot = this.#slotOf.get(drone) ?? this.#meet(drone);
    this.#move(slot, drone, place);
    const row = this.#sky.count;
    if (row === this.#sky.kind.length) this.#grow();
    const [sky, tracks] = [this.#sky, this.#tracks];
    sky.count = row + 1;
    sky.eastM[row] = tracks.eastM[slot] as number;
    sky.northM[row] = tracks.northM[slot] as number;
    sky.upM[row] = tracks.upM[slot] as number;
    sky.eastMps[row] = tracks.eastMps[slot] as number;
    sky.northMps[row] = tracks.northMps[slot] as number;
    const climbMps = tracks.upMps[slot] as number;
    sky.upMps[row] = Math.abs(climbMps) < LEVEL_MPS ? 0 : climbMps;
    sky.kind[row] = AIRCRAFT_KINDS.fleet;
    sky.plans[row] =
      this.#traffic.size > 0 ? this.#traffic.get(this.#ids[slot] as string)?.trajectory : undefined;
    this.#heardMs[row] = drone.receivedAtMs;
    this.#drones[row] = drone;
    this.#slots[row] = slot;
    tracks.row[slot] = row;
  }

  #meet(drone: DroneState): number {
    const slot = this.#ids.length;
    const id = flightIdOf(drone.tenant, drone.droneId);
    this.#ids.push(id);
    this.#slotOf.set(drone, slot);
    this.#slotById.set(id, slot);
    if (slot === this.#tracks.row.length) this.#tracks = createTracks(2 * slot, this.#tracks);
    return slot;
  }

  /** On to where the drone is now. */
  #move(slot: number, drone: DroneState, place: Enu): void {
    const tracks = this.#tracks;
    const flownS = (drone.latestTimeUs - (tracks.timeUs[slot] as number)) / 1e6;
    if (flownS < SHORTEST_S) return;
    const eastMps = (place.eastM - (tracks.eastM[slot] as number)) / flownS;
    const northMps = (place.northM - (tracks.northM[slot] as number)) / flownS;
    const climbMps = (place.upM - (tracks.upM[slot] as number)) / flownS;
    if (flownS <= LONGEST_S && Math.hypot(eastMps, northMps, climbMps) <= FASTEST_MPS) {
      const beforeMps = tracks.upMps[slot] as number;
      tracks.eastMps[slot] = eastMps;
      tracks.northMps[slot] = northMps;
      tracks.upMps[slot] = beforeMps + CLIMB_WEIGHT * (climbMps - beforeMps);
    } else this.#believe(slot, drone);
    tracks.timeUs[slot] = drone.latestTimeUs;
    tracks.eastM[slot] = place.eastM;
    tracks.northM[slot] = place.northM;
    tracks.upM[slot] = place.upM;
  }

  /** The drone's own word, its nose being where it flies to. */
  #believe(slot: number, { groundSpeedMps, headingDeg }: DroneState): void {
    const isKnown = Number.isFinite(groundSpeedMps + headingDeg);
    const heading = (headingDeg * Math.PI) / 180;
    this.#tracks.eastMps[slot] = isKnown ? groundSpeedMps * Math.sin(heading) : 0;
    this.#tracks.northMps[slot] = isKnown ? groundSpeedMps * Math.cos(heading) : 0;
    this.#tracks.upMps[slot] = 0;
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
    return this.#ids[this.#slots[row] as number] as string;
  }

  /** The row of a flight; undefined where it is not in the air. */
  rowOf(id: string): number | undefined {
    const slot = this.#slotById.get(id);
    const row = slot === undefined ? NO_ROW : (this.#tracks.row[slot] as number);
    return row === NO_ROW ? undefined : row;
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

function createTracks(slots: number, old?: Tracks): Tracks {
  const column = (name: (typeof TRACK_COLUMNS)[number]) => {
    const values = new Float64Array(slots).fill(Number.NaN);
    if (old) values.set(old[name]);
    return [name, values] as const;
  };
  const row = new Int32Array(slots).fill(NO_ROW);
  if (old) row.set(old.row);
  return { ...(Object.fromEntries(TRACK_COLUMNS.map(column)) as Omit<Tracks, 'row'>), row };
}
