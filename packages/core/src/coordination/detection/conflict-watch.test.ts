import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONFLICT_LEVELS, rankOf } from './conflict-level.ts';
import {
  type ConflictChange,
  ConflictWatch,
  defaultWatchLimits,
  type WatchedPass,
} from './conflict-watch.ts';
import { NOW_S } from './random-sky.contract.ts';
import type { SkyConflict } from './sky-scan.ts';

/** Seconds to a loss, by the rank that a drone of the fleet gives it. */
const IN_S = [Number.NaN, 50, 25, 15, 5];

function seen(inS: number, severity = 0.5): SkyConflict {
  return {
    ...{ one: 0, other: 1, inS, outS: inS + 5, worstS: inS + 2, horizontalM: 10, verticalM: 5 },
    ...{ needHorizontalM: 50, needVerticalM: 15, severity, by: ['state', 'intent'], resolveS: 20 },
  };
}

function passAt(atS: number, conflicts: readonly SkyConflict[], beyond = 0): WatchedPass {
  return { nowS: NOW_S + atS, conflicts, beyond, isComplete: true, idOf: (row) => `D-${row}` };
}

/** Ranks seen, one a second; 0: none. What is given is told as the second and the change. */
function watchRanks(ranks: readonly number[], watch = new ConflictWatch()): readonly string[] {
  return ranks.flatMap((rank, atS) =>
    watch
      .update(passAt(atS, rank > 0 ? [seen(IN_S[rank] as number)] : []))
      .map(({ change, conflict }) => `${atS} ${change} ${conflict.level}`),
  );
}

test('levels begin 60, 30, 20 and 8 s before a loss between two of the fleet, and in proportion for others', () => {
  expect([61, 60, 30, 20, 8, 0].map((inS) => rankOf(inS, 20))).toEqual([0, 1, 2, 3, 4, 4]);
  expect([31, 30, 15, 10, 4].map((inS) => rankOf(inS, 10))).toEqual([0, 1, 2, 3, 4]);
});

test('one sight raises nothing, two of the last four passes do', () => {
  expect(watchRanks([4, 0, 0, 0, 4, 0, 0, 0, 4])).toEqual([]);
  expect(watchRanks([3, 0, 0, 3])).toEqual(['3 raised RESOLVE']);
});

test('a level rises once it is confirmed, falls after 5 s, and the conflict ends 4 s after it was last seen', () => {
  expect(watchRanks([1, 1, 4, 1, 4, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0])).toEqual([
    ...['1 raised INFO', '4 level_changed CRITICAL', '9 level_changed INFO', '14 cleared INFO'],
  ]);
});

test('for any sights of a pair begin and end alternate, levels are confirmed, and ends wait for the persistence', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 })), { maxLength: 60 }),
      (ranks) => {
        const watch = new ConflictWatch();
        let shown = 0;
        for (const [atS, rank] of ranks.entries()) {
          const changes = watch.update(passAt(atS, rank > 0 ? [seen(IN_S[rank] as number)] : []));
          expect(changes.length).toBeLessThanOrEqual(1);
          const before = shown;
          shown = rankAfter(changes[0], shown);
          expect([[...watch].length, watch.size]).toEqual(shown > 0 ? [1, 1] : [0, 0]);
          expectSound(ranks.slice(0, atS + 1), before, shown);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

/** The rank shown after the sights so far, one a second, and the one before, by the definition of the limits. */
function expectSound(ranks: readonly number[], before: number, shown: number): void {
  const { sights, ofPasses, hysteresisS, persistenceS } = defaultWatchLimits;
  const confirmed = ranks.slice(-ofPasses).toSorted((a, b) => b - a)[sights - 1] ?? 0;
  const unseenS = ranks.length - 1 - ranks.findLastIndex((rank) => rank > 0);
  const highest = Math.max(...ranks.slice(-hysteresisS));
  if (shown > before) expect(shown).toBe(confirmed);
  if (shown > 0) expect(shown).toBeGreaterThanOrEqual(confirmed);
  if (shown > 0 && shown < before) expect(highest).toBeLessThan(before);
  if (before > 0) expect(shown === 0).toBe(unseenS >= persistenceS);
}

function rankAfter(change: ConflictChange | undefined, before: number): number {
  if (change === undefined) return before;
  const rank = CONFLICT_LEVELS.indexOf(change.conflict.level) + 1;
  if (change.change === 'raised') expect([before, change.from]).toEqual([0, undefined]);
  else expect(change.from).toBe(CONFLICT_LEVELS[before - 1]);
  if (change.change === 'level_changed') expect(rank).not.toBe(before);
  expect(change.conflict.endedS !== undefined).toBe(change.change === 'cleared');
  return change.change === 'cleared' ? 0 : rank;
}

test('a pair has one conflict, whichever row comes first, with the worst that was ever predicted', () => {
  const watch = new ConflictWatch();
  watch.update(passAt(0, [seen(15, 0.5)]));
  watch.update(passAt(1, [seen(14, 0.2)]));
  const turned = { ...seen(13, 0.4), one: 1, other: 0, by: ['intent', 'state'] } as const;
  expect(watch.update(passAt(2, [turned]))).toEqual([]);
  expect([...watch]).toMatchObject([
    {
      ...{
        between: ['D-0', 'D-1'],
        level: 'RESOLVE',
        beganS: NOW_S + 1,
        seenS: NOW_S + 2,
        worstSeenS: NOW_S + 1,
      },
      ...{ worst: { severity: 0.2 }, evidence: { severity: 0.4, inS: 13, by: ['state', 'intent'] } },
    },
  ]);
});

test('a pass that has not seen everything ends nothing, but not for ever', () => {
  const watch = new ConflictWatch();
  watch.update(passAt(0, [seen(15)]));
  watch.update(passAt(1, [seen(15)]));
  for (let atS = 2; atS < 61; atS += 1) expect(watch.update(passAt(atS, [], 7))).toEqual([]);
  expect(watch.update(passAt(61, [], 7)).map(({ change }) => change)).toEqual(['cleared']);
});

test('pairs beyond the bound are left alone', () => {
  const watch = new ConflictWatch({ ...defaultWatchLimits, maxPairs: 2 });
  const all = [1, 2, 3].map((other) => ({ ...seen(15), other }));
  watch.update(passAt(0, all));
  expect(watch.update(passAt(1, all)).map(({ conflict }) => conflict.between[1])).toEqual(['D-1', 'D-2']);
  expect(() => new ConflictWatch({ ...defaultWatchLimits, sights: 5 })).toThrow(RangeError);
});
