/** How urgent a loss of separation is, by when it comes. The least urgent first. */
export const CONFLICT_LEVELS = ['INFO', 'WARN', 'RESOLVE', 'CRITICAL'] as const;
export type ConflictLevel = (typeof CONFLICT_LEVELS)[number];

/** Over the time at which a loss calls for a resolution: 60, 30, 20 and 8 s for two drones of the fleet. */
const WITHIN: readonly number[] = [3, 1.5, 1, 0.4];

/** 0: too far away to be told; else the place in `CONFLICT_LEVELS`, from 1 on. What is lost already is critical. */
export function rankOf(inS: number, resolveS: number): number {
  let rank = 0;
  while (rank < WITHIN.length && inS <= (WITHIN[rank] as number) * resolveS) rank += 1;
  return rank;
}

export const levelOfRank = (rank: number): ConflictLevel => CONFLICT_LEVELS[rank - 1] as ConflictLevel;
