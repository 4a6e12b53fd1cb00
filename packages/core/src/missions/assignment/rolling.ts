/** Who flies which mission; what has begun is not asked about again. */
export interface Pairing {
  readonly mission: string;
  readonly drone: string;
  /** Once it has begun it stays, whatever it costs. */
  readonly started: boolean;
}

export interface RollingChange {
  readonly mission: string;
  /** null = it had none, or is to have none. */
  readonly from: string | null;
  readonly to: string | null;
}

/** A set of missions that only change together, because they take each other's drones. */
export interface RollingDecision {
  readonly changes: readonly RollingChange[];
  /** What the changes save in all; missions without a drone count nothing. */
  readonly gainS: number;
  /** Missions more that have a drone. */
  readonly moreServed: number;
  readonly taken: boolean;
}

export interface RollingInput {
  readonly current: readonly Pairing[];
  /** What optimising anew would have, of the missions that have not begun. */
  readonly proposed: readonly Omit<Pairing, 'started'>[];
  /** Today's cost, in seconds; Infinity = the drone cannot. */
  readonly costS: (mission: string, drone: string) => number;
  /** A committed pairing is left for no less than this; 20 s when left out. */
  readonly hysteresisS?: number;
}

export interface RollingPlan {
  readonly pairings: readonly Pairing[];
  readonly decisions: readonly RollingDecision[];
}

const DEFAULT_HYSTERESIS_S = 20;

/**
 * Takes over a newly optimised assignment only where it is worth the unrest. Missions that have begun keep their drones, and
 * their drones are not given away. The rest falls into chains of missions that pass drones on to one another; a chain is
 * taken as a whole or not at all: when it serves more missions, or as many and saves more than the hysteresis for each
 * committed pairing that it breaks. A pairing whose drone can no longer fly is none.
 */
export function rollForward(input: RollingInput): RollingPlan {
  const { current, costS, hysteresisS = DEFAULT_HYSTERESIS_S } = input;
  const started = current.filter((pairing) => pairing.started);
  const changes = listChanges(input, started);
  const decisions = toChains(changes).map((chain) => weigh(chain, costS, hysteresisS));
  const after = new Map(current.map((pairing) => [pairing.mission, pairing]));
  for (const { changes: made, taken } of decisions)
    if (taken)
      for (const { mission, to } of made) {
        if (to === null) after.delete(mission);
        else after.set(mission, { mission, drone: to, started: false });
      }
  return { pairings: [...after.values()], decisions };
}

function listChanges(
  { current, proposed }: RollingInput,
  started: readonly Pairing[],
): readonly RollingChange[] {
  const isFixed = new Set(started.map(({ mission }) => mission));
  const isFlying = new Set(started.map(({ drone }) => drone));
  const now = new Map(current.map(({ mission, drone }) => [mission, drone]));
  const next = new Map<string, string>();
  const given = new Set<string>();
  for (const { mission, drone } of proposed) {
    if (isFixed.has(mission) || isFlying.has(drone) || next.has(mission) || given.has(drone)) continue;
    next.set(mission, drone);
    given.add(drone);
  }
  return [...new Set([...now.keys(), ...next.keys()])]
    .filter((mission) => !isFixed.has(mission))
    .map((mission) => ({ mission, from: now.get(mission) ?? null, to: next.get(mission) ?? null }))
    .filter(({ from, to }) => from !== to);
}

/** Changes that take a drone from one another belong together. */
function toChains(changes: readonly RollingChange[]): readonly (readonly RollingChange[])[] {
  const giver = new Map(
    changes.flatMap((change) => (change.from === null ? [] : [[change.from, change] as const])),
  );
  const taker = new Map(
    changes.flatMap((change) => (change.to === null ? [] : [[change.to, change] as const])),
  );
  const seen = new Set<RollingChange>();
  return changes.flatMap((change) => {
    if (seen.has(change)) return [];
    const chain = [change];
    seen.add(change);
    for (let next = 0; next < chain.length; next += 1) {
      const { from, to } = chain[next] as RollingChange;
      for (const other of [taker.get(from ?? ''), giver.get(to ?? '')]) {
        if (!other || seen.has(other)) continue;
        seen.add(other);
        chain.push(other);
      }
    }
    return [chain];
  });
}

function weigh(
  changes: readonly RollingChange[],
  costS: RollingInput['costS'],
  hysteresisS: number,
): RollingDecision {
  let [moreServed, gainS, broken, isPossible] = [0, 0, 0, true];
  for (const { mission, from, to } of changes) {
    const beforeS = from === null ? Number.POSITIVE_INFINITY : costS(mission, from);
    if (Number.isNaN(beforeS)) throw new Error(`Mission ${mission} with drone ${from} has no cost.`);
    if (beforeS < Number.POSITIVE_INFINITY) {
      broken += 1;
      moreServed -= 1;
      gainS += beforeS;
    }
    if (to === null) continue;
    const afterS = costS(mission, to);
    isPossible &&= afterS < Number.POSITIVE_INFINITY;
    moreServed += 1;
    gainS -= afterS;
  }
  // A chain without a committed pairing that can fly breaks nothing: it serves more, or lets go of drones that cannot.
  const pays = moreServed > 0 || broken === 0 || (moreServed === 0 && gainS > hysteresisS * broken);
  return { changes, gainS, moreServed, taken: isPossible && pays };
}
