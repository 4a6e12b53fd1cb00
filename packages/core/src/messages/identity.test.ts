import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDataId, parseSessionKey, sessionText, toDataId, toPlace, toSessionKey } from './identity.ts';
import { OLDEST_EVENT_US } from './timestamp.ts';

const key = fc.stringMatching(/^[0-9a-f]{16}$/);
const place = fc.oneof(
  fc.maxSafeNat(),
  fc.integer({ min: OLDEST_EVENT_US, max: 4_102_444_800_000_000 }).map((timeUs) => toPlace(-1, timeUs)),
);

test('a data id leads back to its session and its place', () => {
  fc.assert(
    fc.property(key, place, (sessionKey, at) => {
      const dataId = toDataId(sessionKey, at);
      expect(dataId).toMatch(/^[0-9a-f]{32}$/);
      expect(parseDataId(dataId)).toEqual({ sessionKey, place: at });
    }),
  );
});

test('within a session, data ids sort as their places do', () => {
  fc.assert(
    fc.property(place, place, (a, b) => {
      expect(toDataId('0'.repeat(16), a) < toDataId('0'.repeat(16), b)).toBe(a < b);
    }),
  );
});

test('what is no data id is told apart', () => {
  for (const text of ['', 'x'.repeat(32), 'A'.repeat(32), `${'0'.repeat(16)}ffffffffffffffff`, "' OR 1=1 --"])
    expect(parseDataId(text)).toBeUndefined();
});

test('a sample with a sequence is placed by it, one without by its time', () => {
  expect(toPlace(0, 5)).toBe(0);
  expect(toPlace(7, 5)).toBe(7);
  expect(toPlace(-1, 1_764_000_000_000_001)).toBe(-1_764_000_000_000_001);
});

test('no two names of sessions share a text to hash', () => {
  const name = fc.record({
    tenant: fc.stringMatching(/^[a-z.]{1,4}$/),
    droneId: fc.stringMatching(/^[a-z.]{1,4}$/),
    sessionId: fc.stringMatching(/^[a-z. ]{1,4}$/),
  });
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(sessionText(a) === sessionText(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('a session key splits into two 32-bit halves', () => {
  expect(parseSessionKey('00000001ffffffff')).toEqual({ keyHigh: 1, keyLow: -1 });
});

test('a session key is had back from its two halves', () => {
  fc.assert(
    fc.property(key, (sessionKey) => {
      const { keyHigh, keyLow } = parseSessionKey(sessionKey);
      expect(toSessionKey(keyHigh, keyLow)).toBe(sessionKey);
    }),
  );
});
