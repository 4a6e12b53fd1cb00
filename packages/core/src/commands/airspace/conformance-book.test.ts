import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Trajectory } from '../../geo/trajectory.ts';
import { ConformanceBook } from './conformance-book.ts';

const plan = (startS = 0): Trajectory => ({
  ...{ id: 't:d', startS, afterwards: 'hovering' },
  knots: Float64Array.of(0, 0, 0, 50, 100, 1000, 0, 50),
});

it('a flight is activated when it flies as planned, counts what it leaves its plan for, and comes back', () => {
  const book = new ConformanceBook();
  const flown = plan();
  book.note(flown, 'none', 0);
  expect(book.of('t:d')).toMatchObject({ state: 'accepted', excursions: 0 });
  book.note(flown, 'kept', 1);
  expect(book.of('t:d')).toMatchObject({ state: 'activated', sinceS: 1 });
  book.note(flown, 'doubtful', 2);
  expect(book.of('t:d')?.state).toBe('activated');
  for (let nowS = 3; nowS <= 11; nowS += 1) book.note(flown, 'none', nowS);
  expect(book.of('t:d')).toMatchObject({
    state: 'nonconforming',
    excursions: 1,
    longestS: 8,
    isWithinLimits: true,
  });
  book.note(flown, 'kept', 12);
  expect(book.of('t:d')).toMatchObject({ state: 'activated', excursions: 1 });
});

it('one that stays off its plan for a minute is another flight, until a new one is committed', () => {
  const book = new ConformanceBook();
  const flown = plan();
  book.note(flown, 'kept', 0);
  for (let nowS = 1; nowS <= 62; nowS += 1) book.note(flown, 'none', nowS);
  expect(book.of('t:d')).toMatchObject({ state: 'contingent', isWithinLimits: false });
  book.note(flown, 'kept', 63);
  expect(book.of('t:d')?.state).toBe('contingent');
  book.note(plan(60), 'kept', 64);
  expect(book.of('t:d')).toMatchObject({ state: 'activated', excursions: 1 });
  book.forget(() => false);
  expect(book.of('t:d')).toBeUndefined();
});

it('excursions are counted once each, whatever is seen', () => {
  const seen = fc.array(fc.constantFrom('kept', 'doubtful', 'none'), { maxLength: 50 });
  fc.assert(
    fc.property(seen, (seenAll) => {
      const book = new ConformanceBook();
      const flown = plan();
      let [excursions, isOn] = [0, false];
      for (const [nowS, each] of seenAll.entries()) {
        if (each === 'none' && isOn) excursions += 1;
        if (each !== 'doubtful') isOn = each === 'kept';
        book.note(flown, each, nowS);
      }
      expect(book.of('t:d')?.excursions ?? 0).toBe(excursions);
    }),
    { seed: 7 },
  );
});
