import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PushLog } from './push-log.ts';

function logOf(count: number, tail = '"type":"alert"}'): PushLog {
  const log = new PushLog('e');
  for (let n = 0; n < count; n += 1) log.append({ tail: tail, droneId: undefined, actor: undefined });
  return log;
}

const numbersOf = (log: PushLog, cursor: string, upTo = log.last) =>
  log.since(cursor, upTo).pushes.map(({ number }) => number);

describe('what was pushed', () => {
  it('is told from any cursor on, without a hole and nothing twice, or the gap is told', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000), (count, after, upTo) => {
        const log = logOf(count);
        const { pushes, gap } = log.since(`e-${after}`, upTo);
        const last = Math.min(count, upTo);
        const wanted = Array.from({ length: Math.max(0, last - after) }, (_, n) => after + 1 + n);
        const told = pushes.map(({ number }) => number);
        if (gap) expect(told).toEqual(after > count ? told : wanted.slice(wanted.length - told.length));
        else expect(told).toEqual(wanted);
      }),
      { numRuns: 50 },
    );
  });

  it('is forgotten beyond its bound, and the gap is told', () => {
    const log = logOf(5000);
    expect(log.since('e-0', log.last).gap).toBe(true);
    expect(log.since(`e-${log.last - 10}`, log.last)).toMatchObject({ gap: false });
    expect(numbersOf(log, `e-${log.last - 2}`)).toEqual([4999, 5000]);
  });

  it('is bounded in size too', () => {
    const log = logOf(50, 'x'.repeat(200_000));
    const { pushes, gap } = log.since('e-0', log.last);
    expect(gap).toBe(true);
    expect(pushes.length * 200_000).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  it('of another life of the server, or of the future, is a gap', () => {
    expect(logOf(3).since('d-1', 3)).toMatchObject({ gap: true, pushes: [{}, {}, {}] });
    expect(logOf(3).since('e-4', 3).gap).toBe(true);
    expect(logOf(3).since('nonsense', 3).gap).toBe(true);
  });
});
