/**
 * How every aircraft of a sky is expected to move: as it has said it will where it keeps to that, straight on where it does
 * not, both where that is in doubt. Each forecast of a row holds from now for so many seconds.
 */
import { positionAt, type Trajectory } from '../../geo/trajectory.ts';
import { AIRCRAFT_KINDS, isExternal, UNKNOWN_CLIMB_MPS } from './aircraft-kinds.ts';
import { conformanceOf } from './conformance.ts';
import { type ForecastLimits, isUsable } from './forecast-limits.ts';
import type { Sky } from './sky.ts';

/**
 * Where a forecast comes from: what is flown now, the committed plan, where it can have got to while it was silent, or what
 * it does when its link is lost.
 */
export type ForecastSource = 'state' | 'intent' | 'silent' | 'lost';

/** Bits of `has`. */
export const STRAIGHT = 1;
export const PATH = 2;

/**
 * Numbers of a row's straight flight, side by side: position now (east, north, up), velocity, and how far besides it can be
 * around its place, horizontally and vertically.
 */
export const MOTION_SIZE = 8;

export class Forecasts {
  readonly limits: ForecastLimits;
  nowS = 0;
  /** Rows that could not be used in the last preparation. */
  unusable = 0;
  /** Rows whose numbers are no sky's are 0 here. */
  has = new Uint8Array(0);
  /** Set where `STRAIGHT` is. */
  motions = new Float64Array(0);
  /** Set where `PATH` is. */
  paths: (Trajectory | undefined)[] = [];
  #straightSource = new Uint8Array(0);
  #pathSource = new Uint8Array(0);

  constructor(limits: ForecastLimits) {
    this.limits = limits;
  }

  /** Of the sky as it is at a time in seconds since 1970. */
  prepare(sky: Sky, nowS: number): void {
    if (!Number.isFinite(nowS)) throw new RangeError(`a time of ${nowS} is not finite`);
    this.nowS = nowS;
    this.unusable = 0;
    this.#reserve(sky.count);
    for (let row = 0; row < sky.count; row += 1) {
      this.has[row] = 0;
      this.paths[row] = undefined;
      if (sky.kind[row] === AIRCRAFT_KINDS.absent) continue;
      if (isUsable(sky, row, isExternal(sky.kind[row] as number))) this.#forecast(sky, row);
      else this.unusable += 1;
    }
  }

  straightSource(row: number): ForecastSource {
    return SOURCES[this.#straightSource[row] as number] as ForecastSource;
  }

  pathSource(row: number): ForecastSource {
    return SOURCES[this.#pathSource[row] as number] as ForecastSource;
  }

  #forecast(sky: Sky, row: number): void {
    const { silentAfterS, lostAfterS, forgottenAfterS, strangerForgottenAfterS } = this.limits;
    const ageS = sky.ageS[row] as number;
    const isStrange = isExternal(sky.kind[row] as number);
    if (ageS > (isStrange ? strangerForgottenAfterS : forgottenAfterS)) return;
    if (ageS > lostAfterS && !isStrange) return this.#lose(sky, row);
    const conformance = isStrange ? 'none' : conformanceOf(sky, row, this.nowS, this.limits);
    const isSilent = ageS > silentAfterS;
    if (conformance !== 'none') this.#follow(row, sky.plans[row] as Trajectory, INTENT);
    if (conformance === 'kept' && !isSilent) return;
    if (isSilent) this.#widen(sky, row, ageS);
    else this.#straighten(sky, row, ageS);
  }

  /** Its contingency stands for it, else a hover where it can have got to when its link was given up. */
  #lose(sky: Sky, row: number): void {
    const path = sky.contingencies[row];
    if (path !== undefined) {
      if (positionAt(path, this.nowS) || path.startS > this.nowS) this.#follow(row, path, LOST);
      return;
    }
    this.#widen(sky, row, this.limits.lostAfterS);
    const at = row * MOTION_SIZE;
    this.motions.fill(0, at + 3, at + 6);
    this.#straightSource[row] = LOST;
  }

  #follow(row: number, path: Trajectory, source: number): void {
    this.has[row] = (this.has[row] as number) | PATH;
    this.paths[row] = path;
    this.#pathSource[row] = source;
  }

  /** Where it last was, with as much around it as it can have flown since. */
  #widen(sky: Sky, row: number, silentS: number): void {
    this.#straighten(sky, row, 0);
    const { topSpeedMps, topClimbMps } = this.limits;
    const speedMps = Math.hypot(sky.eastMps[row] as number, sky.northMps[row] as number);
    const climbMps = isClimbKnown(sky, row) ? Math.abs(sky.upMps[row] as number) : UNKNOWN_CLIMB_MPS;
    const at = row * MOTION_SIZE;
    this.motions[at + 6] = Math.max(topSpeedMps, speedMps) * silentS;
    this.motions[at + 7] = Math.max(topClimbMps, climbMps) * silentS;
    this.#straightSource[row] = SILENT;
  }

  /** On from where it was, so many seconds ago. */
  #straighten(sky: Sky, row: number, agoS: number): void {
    const isKnown = isClimbKnown(sky, row);
    const { motions } = this;
    const at = row * MOTION_SIZE;
    const eastMps = sky.eastMps[row] as number;
    const northMps = sky.northMps[row] as number;
    const upMps = isKnown ? (sky.upMps[row] as number) : 0;
    motions[at] = (sky.eastM[row] as number) + eastMps * agoS;
    motions[at + 1] = (sky.northM[row] as number) + northMps * agoS;
    motions[at + 2] = (sky.upM[row] as number) + upMps * agoS;
    motions[at + 3] = eastMps;
    motions[at + 4] = northMps;
    motions[at + 5] = upMps;
    motions[at + 6] = 0;
    motions[at + 7] = isKnown ? 0 : UNKNOWN_CLIMB_MPS * agoS;
    this.#straightSource[row] = STATE;
    this.has[row] = (this.has[row] as number) | STRAIGHT;
  }

  #reserve(count: number): void {
    if (count <= this.has.length) return;
    const rows = Math.max(1024, Math.ceil(count * 1.5));
    this.has = new Uint8Array(rows);
    this.motions = new Float64Array(rows * MOTION_SIZE);
    this.paths = new Array(rows).fill(undefined);
    this.#straightSource = new Uint8Array(rows);
    this.#pathSource = new Uint8Array(rows);
  }
}

/** Manned traffic's own word on it is not believed. */
export function isClimbKnown({ kind, upMps }: Sky, row: number): boolean {
  return kind[row] !== AIRCRAFT_KINDS.manned && !Number.isNaN(upMps[row]);
}

const SOURCES = ['state', 'intent', 'silent', 'lost'] as const;
const [STATE, INTENT, SILENT, LOST] = [0, 1, 2, 3];
