/**
 * Everybody who will come too near to somebody, in one pass over a whole sky: boxes of all that is forecast, swept for those
 * that overlap (`BoxSweep`), each such pair judged exactly (`PairCheck`). The fleet with itself first, then with whatever
 * else flies.
 */
import {
  AIRCRAFT_KINDS,
  type AircraftKind,
  aheadRatio,
  isExternal,
  type PairRule,
  ruleBetween,
  UNKNOWN_CLIMB_MPS,
} from './aircraft-kinds.ts';
import { BOX_SIZE, BoxSweep } from './box-sweep.ts';
import { type BoxReach, ForecastBoxes } from './forecast-boxes.ts';
import { defaultForecastLimits, type ForecastLimits } from './forecast-limits.ts';
import { Forecasts, PATH } from './forecasts.ts';
import type { ConflictEvidence } from './pair-case.ts';
import { PairCheck } from './pair-check.ts';
import { PathSlices } from './path-slices.ts';
import type { Sky } from './sky.ts';
import { UrgentPairs } from './urgent-pairs.ts';

export interface SkyScanOptions {
  readonly limits?: ForecastLimits;
  /** Conflicts given by a pass; the most urgent ones. */
  readonly maxConflicts?: number;
  /** Pairs judged exactly by a pass, and comparisons of boxes that lead to them. */
  readonly maxPairs?: number;
  readonly maxChecks?: number;
}

/** Two rows of the sky, the lower first, that lose separation within what is looked ahead. */
export interface SkyConflict extends ConflictEvidence {
  readonly one: number;
  readonly other: number;
  /** A loss so near calls for a resolution. */
  readonly resolveS: number;
}

export interface SkyScanResult {
  /** The most urgent first: by the severity now of what is lost already, then by when it will be. */
  readonly conflicts: readonly SkyConflict[];
  /** Conflicts that were found and are not given, being less urgent than those. */
  readonly beyond: number;
  /** False where a bound ended the pass: there may be conflicts that nobody has looked at. */
  readonly isComplete: boolean;
  /** Rows that take no part because of their numbers. */
  readonly unusable: number;
}

const { fleet, stranger, manned } = AIRCRAFT_KINDS;
const FLEET_RULE = ruleBetween(fleet, fleet) as PairRule;
const OWN_M = FLEET_RULE.horizontalM / 2;
const OWN_UP_M = FLEET_RULE.verticalM / 2;

interface Pass {
  readonly sky: Sky;
  readonly check: PairCheck;
  checksLeft: number;
  pairsLeft: number;
  /** The fleet with itself first. */
  isFleet: boolean;
}

/** Holds its working space from one pass to the next; a pass depends on nothing but the sky and the time. */
export class SkyScan {
  readonly #forecasts: Forecasts;
  readonly #writer: ForecastBoxes;
  readonly #urgent: UrgentPairs;
  readonly #maxPairs: number;
  readonly #maxChecks: number;
  #pass: Pass | undefined;
  readonly #sweep = new BoxSweep();
  readonly #slices = new PathSlices();
  #boxes = new Float64Array(0);
  #rows = new Uint32Array(0);

  constructor(options: SkyScanOptions = {}) {
    const { limits = defaultForecastLimits, maxConflicts = 20_000 } = options;
    this.#maxPairs = options.maxPairs ?? 2e6;
    this.#maxChecks = options.maxChecks ?? 1e8;
    this.#forecasts = new Forecasts(limits);
    this.#writer = new ForecastBoxes(this.#forecasts);
    this.#urgent = new UrgentPairs(maxConflicts);
  }

  /** A whole pass at a time in seconds since 1970. */
  scan(sky: Sky, nowS: number): SkyScanResult {
    this.begin(sky, nowS);
    return this.step(this.#maxChecks, this.#maxPairs) as SkyScanResult;
  }

  /** A pass that is made in parts; the sky must stay as it is until its end. */
  begin(sky: Sky, nowS: number): void {
    this.#forecasts.prepare(sky, nowS);
    this.#reserve(sky.count);
    this.#urgent.clear();
    const check = new PairCheck(sky, this.#forecasts);
    this.#pass = { sky, check, checksLeft: this.#maxChecks, pairsLeft: this.#maxPairs, isFleet: true };
    this.#boxFleet(sky);
  }

  /** Goes on for so many comparisons of boxes and exact checks of pairs at most; the result at the pass's end. */
  step(checks: number, pairs: number): SkyScanResult | undefined {
    const pass = this.#pass;
    if (!pass) return undefined;
    const isSwept = this.#sweepOn(pass, checks, pairs);
    if (isSwept && pass.isFleet && this.#boxExternals(pass.sky)) {
      pass.isFleet = false;
      pass.checksLeft = this.#maxChecks;
      return checks < this.#maxChecks ? undefined : this.step(checks, pairs);
    }
    if (isSwept || pass.checksLeft <= 0) return this.#end(pass, isSwept);
    return pass.pairsLeft > 0 ? undefined : this.#end(pass, this.#isWhole(pass));
  }

  #sweepOn(pass: Pass, checks: number, pairs: number): boolean {
    const some = Math.min(checks, pass.checksLeft);
    let pairsLeft = Math.min(pairs, pass.pairsLeft);
    pass.pairsLeft -= pairsLeft;
    const isSwept = this.#sweep.step(some, (one, other) => {
      if (!this.#isOfPass(pass, one, other)) return false;
      this.#judge(pass.check, one, other);
      pairsLeft -= 1;
      return pairsLeft <= 0;
    });
    pass.pairsLeft += pairsLeft;
    pass.checksLeft -= some - this.#sweep.left;
    return isSwept;
  }

  /** No pair may be judged any more: whether there would have been one. */
  #isWhole(pass: Pass): boolean {
    return this.#sweep.step(pass.checksLeft, (one, other) => this.#isOfPass(pass, one, other));
  }

  #end({ sky, check }: Pass, isComplete: boolean): SkyScanResult {
    this.#pass = undefined;
    const conflicts = this.#urgent.list().map(([one, other]) => ({
      ...{ one, other },
      ...(check.evidence(one, other) as ConflictEvidence),
      resolveS: (ruleBetween(sky.kind[one] as number, sky.kind[other] as number) as PairRule).resolveS,
    }));
    const beyond = this.#urgent.found - conflicts.length;
    return { conflicts, beyond, isComplete, unusable: this.#forecasts.unusable };
  }

  #boxFleet(sky: Sky): void {
    const { lookAheadS, intentLookAheadS } = this.#forecasts.limits;
    const times = { straightS: lookAheadS, pathS: intentLookAheadS, onS: 0 };
    const reach: BoxReach = { horizontalM: OWN_M, verticalM: OWN_UP_M, ...times };
    const count = this.#box(sky, (kind) => (isExternal(kind) ? undefined : reach));
    const { has } = this.#forecasts;
    for (let at = 0; at < count; at += 1) {
      const row = this.#rows[at] as number;
      if (has[row] === PATH) this.#slices.write(row, reach, this.#writer);
    }
    this.#sweep.begin(this.#boxes, count);
  }

  /** False where there are none. */
  #boxExternals(sky: Sky): boolean {
    const kinds = [stranger, manned].filter((kind) => sky.kind.subarray(0, sky.count).includes(kind));
    if (kinds.length === 0) return false;
    const ofKind = new Map(kinds.map((kind) => [kind, ruleBetween(fleet, kind) as PairRule]));
    const { lookAheadS } = this.#forecasts.limits;
    const aheadS = Math.max(...[...ofKind.values()].map((rule) => lookAheadS * aheadRatio(rule) + rule.tauS));
    const onS = Math.max(...[...ofKind.values()].map(({ tauS }) => tauS));
    const times = { straightS: aheadS, pathS: aheadS, onS };
    const own: BoxReach = { horizontalM: OWN_M, verticalM: OWN_UP_M, ...times };
    const reaches = new Map<number, BoxReach>();
    for (const [kind, { horizontalM, verticalM }] of ofKind) {
      const upM = verticalM - OWN_UP_M + UNKNOWN_CLIMB_MPS * aheadS;
      reaches.set(kind, { horizontalM: horizontalM - OWN_M, verticalM: upM, ...times });
    }
    this.#sweep.begin(
      this.#boxes,
      this.#box(sky, (kind) => reaches.get(kind) ?? own),
    );
    return true;
  }

  /** Whether it is this part of the pass that has to look at the pair. */
  #isOfPass({ sky, isFleet }: Pass, one: number, other: number): boolean {
    const [oneRow, otherRow] = [this.#rows[one] as number, this.#rows[other] as number];
    if (!isFleet) return isExternal(sky.kind[oneRow] as number) !== isExternal(sky.kind[otherRow] as number);
    const { has } = this.#forecasts;
    const arePaths = has[oneRow] === PATH && has[otherRow] === PATH;
    return !(arePaths && this.#slices.areApart(oneRow, otherRow));
  }

  /** Boxes of the rows that a reach is given for; gives how many. */
  #box(sky: Sky, reachOf: (kind: number) => BoxReach | undefined): number {
    const { has } = this.#forecasts;
    let count = 0;
    for (let row = 0; row < sky.count; row += 1) {
      if (has[row] === 0) continue;
      const reach = reachOf(sky.kind[row] as AircraftKind);
      if (reach === undefined || !this.#writer.write(row, reach, this.#boxes, count)) continue;
      this.#rows[count] = row;
      count += 1;
    }
    return count;
  }

  #judge(check: PairCheck, one: number, other: number): void {
    const oneRow = this.#rows[one] as number;
    const otherRow = this.#rows[other] as number;
    const first = Math.min(oneRow, otherRow);
    const second = Math.max(oneRow, otherRow);
    const urgency = check.urgency(first, second);
    if (!Number.isNaN(urgency)) this.#urgent.add(first, second, urgency);
  }

  #reserve(count: number): void {
    this.#slices.reserve(count);
    if (count <= this.#rows.length) return;
    const rows = Math.max(1024, Math.ceil(count * 1.5));
    this.#boxes = new Float64Array(rows * BOX_SIZE);
    this.#rows = new Uint32Array(rows);
  }
}
