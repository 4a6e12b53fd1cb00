import { severityOf } from '@skein/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConflictWatch } from './conflict-watch.ts';
import type { PointMass } from './point-mass.ts';
import { airMinima } from './scenario.ts';
import { SeparationWatch } from './separation-watch.ts';

const SECONDS = 12;
const DT_S = 0.1;
const still = { eastMps: 0, northMps: 0, upMps: 0 };

/** A velocity for each second. */
const flights = fc.array(
  fc.record({
    start: fc.record({
      eastM: fc.double({ min: -100, max: 100, noNaN: true }),
      northM: fc.double({ min: -100, max: 100, noNaN: true }),
      upM: fc.double({ min: 40, max: 80, noNaN: true }),
    }),
    velocities: fc.array(
      fc.record({
        eastMps: fc.double({ min: -15, max: 15, noNaN: true }),
        northMps: fc.double({ min: -15, max: 15, noNaN: true }),
        upMps: fc.double({ min: -3, max: 3, noNaN: true }),
      }),
      { minLength: SECONDS, maxLength: SECONDS },
    ),
  }),
  { minLength: 2, maxLength: 4 },
);
type Flight = Parameters<typeof placesOf>[0];

function placesOf({
  start,
  velocities,
}: {
  readonly start: { readonly eastM: number; readonly northM: number; readonly upM: number };
  readonly velocities: readonly Pick<PointMass, 'eastMps' | 'northMps' | 'upMps'>[];
}): readonly PointMass[] {
  const places = [{ ...start, ...still }];
  for (let step = 0; step < SECONDS / DT_S; step += 1) {
    const { eastM, northM, upM } = places.at(-1) as PointMass;
    const { eastMps, northMps, upMps } = velocities[Math.floor(step * DT_S + 1e-9)] ?? still;
    const place = {
      eastM: eastM + eastMps * DT_S,
      northM: northM + northMps * DT_S,
      upM: upM + upMps * DT_S,
    };
    places.push({ ...place, ...still });
  }
  return places;
}

function watched(all: readonly Flight[]): SeparationWatch {
  const watch = new SeparationWatch(airMinima);
  const places = all.map(placesOf);
  const at = (step: number) => places.map((track) => track[step] as PointMass);
  for (let step = 0; step < SECONDS / DT_S; step += 1) {
    if (step % 10 === 0) watch.lookAhead([...all.keys()], at(step), 1);
    watch.step(at(step), at(step + 1), () => true, { timeS: step * DT_S, dtS: DT_S });
  }
  return watch;
}

interface Counted {
  readonly pair: string;
  readonly fromS: number;
  untilS: number;
  severity: number;
}

/** Every pair, every 5 ms: from when until when it is lost, and how badly. */
function recount(all: readonly Flight[]): readonly Counted[] {
  const places = all.map(placesOf);
  return places.flatMap((track, one) =>
    places.slice(one + 1).flatMap((next, after) => recountPair(track, next, `${one} ${one + 1 + after}`)),
  );
}

function recountPair(
  one: readonly PointMass[],
  other: readonly PointMass[],
  pair: string,
): readonly Counted[] {
  const found: Counted[] = [];
  const parts = 20;
  let open: Counted | undefined;
  for (let sample = 0; sample <= (SECONDS / DT_S) * parts; sample += 1) {
    const severity = severityAt(one, other, Math.floor(sample / parts), (sample % parts) / parts);
    const timeS = (sample / parts) * DT_S;
    if (severity >= 1) open = undefined;
    else if (open === undefined) {
      open = { pair, fromS: timeS, untilS: timeS, severity };
      found.push(open);
    } else {
      open.untilS = timeS;
      open.severity = Math.min(open.severity, severity);
    }
  }
  return found;
}

function severityAt(
  one: readonly PointMass[],
  other: readonly PointMass[],
  step: number,
  part: number,
): number {
  const between = (track: readonly PointMass[], axis: 'eastM' | 'northM' | 'upM') => {
    const from = (track[step] as PointMass)[axis];
    return from + ((track[step + 1] ?? (track[step] as PointMass))[axis] - from) * part;
  };
  const apart = (axis: 'eastM' | 'northM' | 'upM') => between(one, axis) - between(other, axis);
  return severityOf(
    { horizontalM: Math.hypot(apart('eastM'), apart('northM')), verticalM: Math.abs(apart('upM')) },
    airMinima,
  );
}

test('every loss that sampling finds is counted once, with its begin, its end and its severity', () => {
  fc.assert(
    fc.property(flights, (all) => {
      const { losses } = watched(all);
      // Shorter than a sample, or grazed by less than a millimetre: sampling may miss it, and rounding split it.
      const told = losses.filter(
        ({ fromS, untilS, severity }) => untilS - fromS > 0.02 && severity < 1 - 1e-4,
      );
      const counted = recount(all).filter(
        ({ fromS, untilS, severity }) => untilS - fromS > 0.02 && severity < 1 - 1e-4,
      );
      for (const { pair, fromS, severity } of counted) {
        const same = losses.find(
          (loss) => loss.pair.join(' ') === pair && Math.abs(loss.fromS - fromS) < 0.011,
        );
        expect(same?.severity).toBeLessThanOrEqual(severity + 1e-9);
        expect(same?.severity).toBeGreaterThan(severity - 0.02);
      }
      for (const { pair, fromS } of told)
        expect(
          recount(all).some((loss) => loss.pair === pair.join(' ') && Math.abs(loss.fromS - fromS) < 0.011),
        ).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('within 50 by 15 feet a loss is a near collision', () => {
  const start = { eastM: 0, northM: 0, upM: 60 };
  const past = (northM: number) =>
    watched([
      { start, velocities: [] },
      {
        start: { eastM: -60, northM, upM: 60 },
        velocities: Array.from({ length: 12 }, () => ({ ...still, eastMps: 10 })),
      },
    ]).losses;
  expect(past(15).map(({ isNearCollision }) => isNearCollision)).toEqual([true]);
  expect(past(16).map(({ isNearCollision }) => isNearCollision)).toEqual([false]);
  expect(past(51)).toEqual([]);
});

test('who has landed is in no loss any more', () => {
  const watch = new SeparationWatch(airMinima);
  const places = [0, 10].map((eastM) => ({ eastM, northM: 0, upM: 60, ...still }));
  watch.lookAhead([0, 1], places, 1);
  watch.step(places, places, () => true, { timeS: 0, dtS: DT_S });
  watch.step(places, places, (at) => at === 0, { timeS: DT_S, dtS: DT_S });
  expect(watch.losses).toMatchObject([{ pair: [0, 1], fromS: 0, untilS: DT_S, severity: 0.2 }]);
});

test('a conflict is counted once while it lasts, and who comes no nearer in a minute of it is stuck', () => {
  const watch = new ConflictWatch(airMinima);
  const towards = [
    { eastM: 0, northM: 0, upM: 60, ...still },
    { eastM: 150, northM: 0, upM: 60, ...still, eastMps: -10 },
  ];
  for (let timeS = 0; timeS <= 61; timeS += 1) watch.look([0, 1], towards, timeS, () => 100);
  expect([watch.count, watch.deadlocks, watch.lastedS]).toEqual([1, 2, []]);
  watch.look([0], towards, 62, () => 100);
  expect(watch.lastedS).toEqual([62]);
});
