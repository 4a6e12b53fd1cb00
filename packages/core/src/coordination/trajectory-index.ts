/**
 * All flights that have been committed to, and what another would meet among them. A flight is found by the cells it passes
 * through and when; what is found is judged exactly, pair by pair.
 */
import { type Refusal, refuse } from '../errors.ts';
import type { SeparationMinima } from '../geo/cylinder-conflict.ts';
import { findTrajectoryFault, type Trajectory, trajectoryEndS } from '../geo/trajectory.ts';
import { firstConflict, firstLossS, type TimeSpan } from '../geo/trajectory-conflict.ts';
import type { TrafficCheck, TrafficConflict, TrafficOptions } from '../geo/trajectory-traffic.ts';
import { CELL_M, type CellVisit, MAX_VISITS, walkCells } from './cell-visits.ts';
import { KnotSlabs } from './knot-slabs.ts';
import { bucketOf, type KeyParts, keyOf, TIME_LEVELS, walkKeys } from './posting-keys.ts';
import { NONE_POSTED, Postings } from './postings.ts';

export interface CommittedTrajectory {
  readonly trajectory: Trajectory;
  /** Rises with every commitment to the index; 0 is nobody's. */
  readonly version: number;
}

export interface TrajectoryIndexOptions {
  /** What a commitment must keep from every other. */
  readonly minima: SeparationMinima;
  readonly maxTrajectories?: number;
  readonly maxPostings?: number;
}

interface Slot extends CommittedTrajectory {
  /** The first of its postings. */
  readonly posting: number;
  readonly endS: number;
}

interface Asked {
  readonly trajectory: Trajectory;
  readonly minima: SeparationMinima;
  readonly span: TimeSpan;
  readonly except: ReadonlySet<string> | undefined;
}

interface Query extends Asked {
  /** How far from its path another can be in its way. */
  readonly reachM: number;
  readonly tell: (other: Slot, lostS: number) => number;
  untilS: number;
  lookupsLeft: number;
}

const ALWAYS: TimeSpan = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
/** What rounding can do to a place and to a time between a key and the flight it is of. */
const ROUNDING_M = 0.01;
const ROUNDING_S = 0.001;
/** Named in a refusal; how many there are is said besides. */
const MAX_NAMED = 100;
/** Looking up so many keys is cheap, however few flights there are. */
const FREE_LOOKUPS = 4096;

export class TrajectoryIndex implements TrafficCheck {
  readonly minima: SeparationMinima;
  readonly #maxTrajectories: number;
  readonly #maxPostings: number;
  readonly #slotById = new Map<string, number>();
  readonly #slots: (Slot | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #postings = new Postings();
  readonly #slabs = new KnotSlabs();
  /** The buckets that have ever been posted to since the index was empty, per level. */
  readonly #firstBucket: number[] = [];
  readonly #lastBucket: number[] = [];
  /** The visit that has met a slot last. */
  #metBy = new Float64Array(64);
  #query = 0;
  #version = 0;

  constructor({ minima, maxTrajectories = 200_000, maxPostings = 1 << 24 }: TrajectoryIndexOptions) {
    this.minima = minima;
    this.#maxTrajectories = maxTrajectories;
    this.#maxPostings = maxPostings;
    this.#forgetBuckets();
  }

  get size(): number {
    return this.#slotById.size;
  }

  get postings(): number {
    return this.#postings.size;
  }

  get(id: string): CommittedTrajectory | undefined {
    const slot = this.#slotById.get(id);
    return slot === undefined ? undefined : this.#slots[slot];
  }

  /** All of them, in no order that means anything. */
  *[Symbol.iterator](): IterableIterator<Trajectory> {
    for (const slot of this.#slots) if (slot !== undefined) yield slot.trajectory;
  }

  /**
   * Commits to a trajectory, in place of the one with its id. `consulted` holds the versions on which the plan was made: of
   * the one it replaces, and of each other that it is known to conflict with. Whatever conflicts now and was not consulted
   * in its present version is named by the refusal (CONFLICT, `missing`), and nothing is changed: so two planners never
   * commit over each other (ASTM F3548-21, OVN). Gives the version.
   */
  commit(trajectory: Trajectory, consulted: ReadonlyMap<string, number> = new Map()): number | Refusal {
    const fault = findTrajectoryFault(trajectory);
    if (fault) return refuse('VALIDATION_ERROR', { field: 'trajectory', ...fault });
    const keys: KeyParts[] = [];
    if (!walkKeys(trajectory, (parts) => void keys.push(parts)))
      return refuse('VALIDATION_ERROR', {
        field: 'trajectory',
        reason: `crosses more than ${MAX_VISITS} cells`,
      });
    const missing = this.#missing(trajectory, consulted);
    if (missing.length > 0)
      return refuse(
        'CONFLICT',
        { reason: 'not_consulted', missing: missing.slice(0, MAX_NAMED), missingCount: missing.length },
        { message: 'Other flights were committed that the plan does not know of' },
      );
    const isNew = !this.#slotById.has(trajectory.id);
    const isFull = isNew && this.size >= this.#maxTrajectories;
    if (isFull || this.#postings.size + keys.length > this.#maxPostings)
      return refuse('SERVICE_UNAVAILABLE', { reason: 'no room for another trajectory' });
    this.remove(trajectory.id);
    return this.#insert({ ...trajectory, knots: this.#slabs.keep(trajectory.knots) }, keys);
  }

  /** True if there was one, of that version where one is given. */
  remove(id: string, version?: number): boolean {
    const slot = this.#slotById.get(id);
    if (slot === undefined) return false;
    const held = this.#slots[slot] as Slot;
    if (version !== undefined && held.version !== version) return false;
    this.#postings.removeAll(held.posting);
    this.#slots[slot] = undefined;
    this.#freeSlots.push(slot);
    this.#slotById.delete(id);
    if (this.size === 0) this.#forgetBuckets();
    return true;
  }

  /** Removes what has ended by a time in seconds since 1970; gives how many. */
  removeEnded(timeS: number): number {
    const ended = this.#slots.filter((held) => held !== undefined && held.endS <= timeS);
    for (const held of ended) this.remove((held as Slot).trajectory.id);
    return ended.length;
  }

  conflicts(
    trajectory: Trajectory,
    minima: SeparationMinima,
    { span = ALWAYS, except, limit = Number.POSITIVE_INFINITY }: TrafficOptions = {},
  ): readonly TrafficConflict[] {
    return this.#find({ trajectory, minima, span, except }, () => Number.POSITIVE_INFINITY).slice(0, limit);
  }

  firstConflict(
    trajectory: Trajectory,
    minima: SeparationMinima,
    { span = ALWAYS, except }: TrafficOptions = {},
  ): TrafficConflict | undefined {
    // The hair is for those that begin at the same moment.
    return this.#find({ trajectory, minima, span, except }, (lostS) => lostS + ROUNDING_S)[0];
  }

  /** In order; what begins after the time that `until` gives for one that was found may be missing. */
  #find(asked: Asked, until: (lostS: number) => number): readonly TrafficConflict[] {
    const { trajectory, minima, span } = asked;
    const others = new Set<Slot>();
    this.#meetAll(asked, (other, lostS) => {
      others.add(other);
      return until(lostS);
    });
    const found: TrafficConflict[] = [];
    for (const { trajectory: other, version } of others) {
      const conflict = firstConflict(trajectory, other, minima, span);
      if (conflict) found.push({ ...conflict, with: other, version });
    }
    return found.sort(inOrder);
  }

  /**
   * Tells every flight that is in conflict, once or more, and since when it is within the piece that was looked at; the
   * answer is the time from which on nothing matters any more. Pieces come in the order of time.
   */
  #meetAll(asked: Asked, tell: (other: Slot, lostS: number) => number): void {
    demandQuery(asked);
    const { trajectory, minima, span } = asked;
    const query: Query = {
      ...asked,
      reachM: minima.horizontalM + ROUNDING_M,
      tell,
      untilS: span[1],
      lookupsLeft: Math.max(FREE_LOOKUPS, this.size),
    };
    const isWalked = walkCells(trajectory, (visit) => this.#meetVisit(query, visit));
    if (isWalked && query.lookupsLeft >= 0) return;
    // More keys than there are flights: each flight is asked instead.
    for (const other of this.#slots) if (other !== undefined) judge(query, other, span[0], query.untilS);
  }

  /** False where nothing after this visit matters. */
  #meetVisit(query: Query, visit: CellVisit): boolean {
    const { trajectory, span, reachM } = query;
    const fromS = Math.max(trajectory.startS + visit.fromS, span[0]) - ROUNDING_S;
    const toS = Math.min(trajectory.startS + visit.toS, query.untilS) + ROUNDING_S;
    if (fromS > query.untilS) return false;
    const west = Math.floor((visit.westM - reachM) / CELL_M);
    const east = Math.floor((visit.eastM + reachM) / CELL_M);
    const south = Math.floor((visit.southM - reachM) / CELL_M);
    const north = Math.floor((visit.northM + reachM) / CELL_M);
    this.#query += 1;
    for (let level = 0; level < TIME_LEVELS; level += 1) {
      const first = Math.max(bucketOf(level, fromS), this.#firstBucket[level] as number);
      const last = Math.min(bucketOf(level, toS), this.#lastBucket[level] as number);
      if (first > last) continue;
      query.lookupsLeft -= (last - first + 1) * (east - west + 1) * (north - south + 1);
      if (query.lookupsLeft < 0) return false;
      for (let cellEast = west; cellEast <= east; cellEast += 1)
        for (let cellNorth = south; cellNorth <= north; cellNorth += 1)
          for (let bucket = first; bucket <= last; bucket += 1)
            this.#meetKey(query, keyOf(level, bucket, cellEast, cellNorth), fromS, toS);
    }
    return true;
  }

  #meetKey(query: Query, key: number, fromS: number, toS: number): void {
    const postings = this.#postings;
    for (let at = postings.first(key); at !== NONE_POSTED; at = postings.next(at)) {
      const slot = postings.slotOf(at);
      if (this.#metBy[slot] === this.#query || !postings.isUnder(at, key)) continue;
      this.#metBy[slot] = this.#query;
      judge(query, this.#slots[slot] as Slot, Math.max(fromS, query.span[0]), Math.min(toS, query.untilS));
    }
  }

  #missing(trajectory: Trajectory, consulted: ReadonlyMap<string, number>) {
    const own = this.get(trajectory.id)?.version ?? 0;
    const missing = this.conflicts(trajectory, this.minima)
      .filter(({ with: { id }, version }) => consulted.get(id) !== version)
      .map(({ with: { id }, version }) => ({ id, version }));
    if ((consulted.get(trajectory.id) ?? 0) !== own) missing.unshift({ id: trajectory.id, version: own });
    return missing;
  }

  #insert(trajectory: Trajectory, keys: readonly KeyParts[]): number {
    const slot = this.#freeSlots.pop() ?? this.#slots.length;
    if (slot === this.#metBy.length) {
      const larger = new Float64Array(2 * slot);
      larger.set(this.#metBy);
      this.#metBy = larger;
    }
    let posting = NONE_POSTED;
    for (const parts of keys) {
      posting = this.#postings.post(
        keyOf(parts.level, parts.bucket, parts.cellEast, parts.cellNorth),
        slot,
        posting,
      );
      const { level, bucket } = parts;
      this.#firstBucket[level] = Math.min(this.#firstBucket[level] as number, bucket);
      this.#lastBucket[level] = Math.max(this.#lastBucket[level] as number, bucket);
    }
    this.#version += 1;
    this.#slots[slot] = { trajectory, version: this.#version, posting, endS: trajectoryEndS(trajectory) };
    this.#slotById.set(trajectory.id, slot);
    return this.#version;
  }

  #forgetBuckets(): void {
    for (let level = 0; level < TIME_LEVELS; level += 1) {
      this.#firstBucket[level] = Number.POSITIVE_INFINITY;
      this.#lastBucket[level] = Number.NEGATIVE_INFINITY;
    }
  }
}

function judge(query: Query, other: Slot, fromS: number, toS: number): void {
  const { trajectory, minima, except, tell } = query;
  const { id } = other.trajectory;
  if (id === trajectory.id || except?.has(id)) return;
  const lostS = firstLossS(trajectory, other.trajectory, minima, [fromS, toS]);
  if (lostS !== undefined) query.untilS = Math.min(query.untilS, tell(other, lostS));
}

function demandQuery({ trajectory, minima: { horizontalM, verticalM }, span }: Asked): void {
  const fault = findTrajectoryFault(trajectory);
  if (fault) throw new RangeError(`no trajectory: ${fault.reason} at ${fault.at ?? 'its start'}`);
  if (!(horizontalM > 0 && verticalM > 0 && Number.isFinite(horizontalM + verticalM)))
    throw new RangeError(`minima of ${horizontalM} m and ${verticalM} m are not both above 0 and finite`);
  if (Number.isNaN(span[0]) || Number.isNaN(span[1])) throw new RangeError('a time that is not a number');
}

function inOrder(a: TrafficConflict, b: TrafficConflict): number {
  if (a.lostS !== b.lostS) return a.lostS - b.lostS;
  return a.with.id < b.with.id ? -1 : 1;
}
