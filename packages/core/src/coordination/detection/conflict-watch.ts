/**
 * What passes over the sky have found, as conflicts that begin, change and end: one for a pair, not raised by a single
 * sight, not lowered or ended by a single miss (the alerting hygiene of NASA's DAIDALUS). Time is passed in.
 */
import { CONFLICT_LEVELS, type ConflictLevel, levelOfRank, rankOf } from './conflict-level.ts';
import type { ConflictEvidence } from './pair-case.ts';
import type { SkyConflict, SkyScanResult } from './sky-scan.ts';

export interface WatchLimits {
  /** A level is reached once so many of the last `ofPasses` (at most 7) saw it, or a higher one. */
  readonly sights: number;
  readonly ofPasses: number;
  /** A level is held for so long after it was last seen. */
  readonly hysteresisS: number;
  /** A conflict ends once nothing has been seen of it for so long. */
  readonly persistenceS: number;
  /** Pairs in memory, open or seen once. */
  readonly maxPairs: number;
}

export const defaultWatchLimits: WatchLimits = {
  ...{ sights: 2, ofPasses: 4, hysteresisS: 5, persistenceS: 4, maxPairs: 65_536 },
};

/** A pass as the watch needs it; `idOf` names a row. */
export interface WatchedPass extends Pick<SkyScanResult, 'conflicts' | 'beyond' | 'isComplete'> {
  readonly nowS: number;
  readonly idOf: (row: number) => string;
}

/** Times in seconds since 1970, but for those in the evidence. */
export interface WatchedConflict {
  /** The ids of both in their order; of the evidence's `by` too. */
  readonly between: readonly [string, string];
  readonly level: ConflictLevel;
  readonly highestLevel: ConflictLevel;
  readonly beganS: number;
  readonly changedS: number;
  /** Undefined while it goes on. */
  readonly endedS: number | undefined;
  /** The latest, and the moment that its times count from. */
  readonly evidence: ConflictEvidence;
  readonly seenS: number;
  /** The evidence of the least severity that was ever predicted, and the moment that its times count from. */
  readonly worst: ConflictEvidence;
  readonly worstSeenS: number;
}

export interface ConflictChange {
  readonly change: 'raised' | 'level_changed' | 'cleared';
  /** The level before; undefined where it is raised. */
  readonly from: ConflictLevel | undefined;
  readonly conflict: WatchedConflict;
}

/** A pair that has been seen of late. */
interface Track {
  readonly between: readonly [string, string];
  /** Ranks seen by the last passes, four bits each, the latest lowest. */
  history: number;
  /** When each rank, or a higher one, was last seen; by rank. */
  readonly lastS: number[];
  evidence: ConflictEvidence;
  rank: number;
  pass: number;
  open: WatchedConflict | undefined;
}

const BITS = 4;
/** 32 bits, less the sign. */
const MOST_PASSES = 7;
/** Passes that do not see everything end nothing sooner. */
const UNSEEN_S = 60;

export class ConflictWatch {
  readonly #limits: WatchLimits;
  readonly #tracks = new Map<string, Track>();
  #pass = 0;
  #open = 0;

  constructor(limits: WatchLimits = defaultWatchLimits) {
    const { sights, ofPasses } = limits;
    if (!(sights >= 1 && sights <= ofPasses && ofPasses <= MOST_PASSES))
      throw new RangeError(
        `${sights} sights of ${ofPasses} passes: expected 1 ≤ sights ≤ passes ≤ ${MOST_PASSES}`,
      );
    this.#limits = limits;
  }

  /** Open conflicts. */
  get size(): number {
    return this.#open;
  }

  /** Those that go on, in no order that means anything. */
  *[Symbol.iterator](): IterableIterator<WatchedConflict> {
    for (const { open } of this.#tracks.values()) if (open) yield open;
  }

  /** Takes a pass in; gives what it has changed. Passes must come in the order of time. */
  update(pass: WatchedPass): readonly ConflictChange[] {
    this.#pass += 1;
    for (const seen of pass.conflicts) this.#see(seen, pass);
    const changes: ConflictChange[] = [];
    const isWhole = pass.isComplete && pass.beyond === 0;
    for (const [key, track] of this.#tracks) {
      const isSeen = track.pass === this.#pass;
      // A pass that has not seen everything says nothing of what it does not show.
      const isUnknown = !isSeen && !isWhole && pass.nowS - (track.lastS[1] as number) < UNSEEN_S;
      if (isUnknown) continue;
      const change = this.#judge(track, isSeen ? track.rank : 0, pass.nowS);
      if (change) changes.push(change);
      if (track.history === 0 && !track.open) this.#tracks.delete(key);
    }
    return changes;
  }

  #see(seen: SkyConflict, { idOf, nowS }: WatchedPass): void {
    const rank = rankOf(seen.inS, seen.resolveS);
    if (rank === 0) return;
    const [one, other] = [idOf(seen.one), idOf(seen.other)];
    const isInOrder = one < other;
    const between = isInOrder ? ([one, other] as const) : ([other, one] as const);
    const key = JSON.stringify(between);
    let track = this.#tracks.get(key);
    if (track === undefined) {
      if (this.#tracks.size >= this.#limits.maxPairs) return;
      track = { between, history: 0, lastS: [], evidence: seen, rank, pass: 0, open: undefined };
      this.#tracks.set(key, track);
    }
    const { one: _one, other: _other, resolveS: _resolveS, by, ...evidence } = seen;
    track.evidence = { ...evidence, by: isInOrder ? by : [by[1], by[0]] };
    track.rank = rank;
    track.pass = this.#pass;
    for (let at = 1; at <= rank; at += 1) track.lastS[at] = nowS;
  }

  #judge(track: Track, seen: number, nowS: number): ConflictChange | undefined {
    const { ofPasses } = this.#limits;
    track.history = ((track.history << BITS) | seen) & ((1 << (BITS * ofPasses)) - 1);
    const reached = this.#reached(track.history);
    if (track.open === undefined) return reached > 0 ? this.#raise(track, reached, nowS) : undefined;
    if (seen > 0) track.open = withEvidence(track.open, track.evidence, nowS);
    const sinceS = nowS - (track.lastS[1] as number);
    if (seen === 0 && sinceS >= this.#limits.persistenceS) return this.#clear(track, nowS);
    return this.#change(track, reached, nowS);
  }

  /** The rank that enough of the last passes saw, or a higher one. */
  #reached(history: number): number {
    const ranks: number[] = [];
    for (let left = history; left > 0; left >>>= BITS) ranks.push(left & (2 ** BITS - 1));
    return ranks.sort((a, b) => b - a)[this.#limits.sights - 1] ?? 0;
  }

  #raise(track: Track, rank: number, nowS: number): ConflictChange {
    const { between, evidence } = track;
    const level = levelOfRank(rank);
    const conflict: WatchedConflict = {
      ...{ between, level, highestLevel: level, beganS: nowS, changedS: nowS, endedS: undefined },
      ...{ evidence, seenS: nowS, worst: evidence, worstSeenS: nowS },
    };
    track.open = conflict;
    this.#open += 1;
    return { change: 'raised', from: undefined, conflict };
  }

  /** Up at once; down to the highest that was seen within the hysteresis. */
  #change(track: Track, reached: number, nowS: number): ConflictChange | undefined {
    const open = track.open as WatchedConflict;
    const before = CONFLICT_LEVELS.indexOf(open.level) + 1;
    let rank = before;
    while (rank > 1 && nowS - (track.lastS[rank] as number) >= this.#limits.hysteresisS) rank -= 1;
    rank = Math.max(rank, reached);
    if (rank === before) return undefined;
    const level = levelOfRank(rank);
    const highest = Math.max(rank, CONFLICT_LEVELS.indexOf(open.highestLevel) + 1);
    track.open = { ...open, level, highestLevel: levelOfRank(highest), changedS: nowS };
    return { change: 'level_changed', from: open.level, conflict: track.open };
  }

  #clear(track: Track, nowS: number): ConflictChange {
    const open = track.open as WatchedConflict;
    track.open = undefined;
    track.history = 0;
    this.#open -= 1;
    return { change: 'cleared', from: open.level, conflict: { ...open, changedS: nowS, endedS: nowS } };
  }
}

function withEvidence(open: WatchedConflict, evidence: ConflictEvidence, nowS: number): WatchedConflict {
  const isWorst = evidence.severity < open.worst.severity;
  return { ...open, evidence, seenS: nowS, ...(isWorst && { worst: evidence, worstSeenS: nowS }) };
}
