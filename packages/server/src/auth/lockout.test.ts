import { expect, test } from 'vitest';
import { ManualClock } from '../adapters/memory/manual-clock.ts';
import { DEFAULT_LOCKOUT, Lockout, toSource } from './lockout.ts';

function lockoutOf(config = {}) {
  const clock = new ManualClock();
  const lockout = new Lockout({ ...DEFAULT_LOCKOUT, ...config }, clock);
  const failTimes = (times: number, address = '10.0.0.1') =>
    Array.from({ length: times }, () => lockout.fail(address)).at(-1)?.refusal;
  return { clock, failTimes };
}

test('ten wrong credentials are answered, the eleventh locks the address and no other', () => {
  const { failTimes } = lockoutOf();
  expect(failTimes(10)).toBeUndefined();
  expect(failTimes(1)).toMatchObject({ code: 'RATE_LIMITED', httpStatus: 429, retryAfterS: 30 });
  expect(failTimes(1, '10.0.0.2')).toBeUndefined();
});

test('every further lock is twice as long, up to a quarter of an hour', () => {
  const { clock, failTimes } = lockoutOf();
  const locks = Array.from({ length: 8 }, () => {
    const refusal = failTimes(11);
    clock.advance((refusal?.retryAfterS ?? 0) * 1000);
    return refusal?.retryAfterS;
  });
  expect(locks).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
});

test('the refusal says how long the lock still lasts', () => {
  const { clock, failTimes } = lockoutOf();
  failTimes(11);
  clock.advance(12_300);
  expect(failTimes(1)).toMatchObject({ retryAfterS: 18 });
});

test('slow mistakes are forgiven, and a quiet minute after a lock makes the next one short again', () => {
  const { clock, failTimes } = lockoutOf();
  for (let minute = 0; minute < 5; minute += 1) {
    expect(failTimes(10)).toBeUndefined();
    clock.advance(60_000);
  }
  expect(failTimes(11)).toMatchObject({ retryAfterS: 30 });
  clock.advance(30_000 + 60_000);
  expect(failTimes(10)).toBeUndefined();
  expect(failTimes(1)).toMatchObject({ retryAfterS: 30 });
});

test.each([
  ['127.1.0.1', '127.1.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('the address %s counts as the source %s', (address, source) => {
  expect(toSource(address)).toBe(source);
});
