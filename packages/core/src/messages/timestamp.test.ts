import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTimestampUs, toTimestamp } from './timestamp.ts';

test('an instant is read to the microsecond, whatever its zone', () => {
  expect(parseTimestampUs('2025-06-01T12:00:00.000Z')).toBe(1_748_779_200_000_000);
  expect(parseTimestampUs('2025-06-01T14:00:00.123456+02:00')).toBe(1_748_779_200_123_456);
  expect(parseTimestampUs('2025-06-01T12:00:00Z')).toBe(1_748_779_200_000_000);
  expect(parseTimestampUs('2025-06-01T11:29:59.999-00:30')).toBe(1_748_779_199_999_000);
});

test('what is no instant is refused', () => {
  const wrong = [
    ...['', 'now', '1748779200000', '2025-06-01', '2025-06-01T12:00:00', '2025-06-01 12:00:00Z'],
    ...['2025-02-30T00:00:00Z', '2025-13-01T00:00:00Z', '2025-00-01T00:00:00Z', '2025-06-31T00:00:00Z'],
    ...['2025-06-01T25:00:00Z', '2025-06-01T24:00:00Z', '2025-06-01T12:60:00Z', '2025-06-01T12:00:61Z'],
    ...[
      '2025-06-01T12:00:00+99:00',
      '+275760-09-13T00:00:00.000Z',
      '2023-02-29T00:00:00Z',
      '1900-02-29T00:00:00Z',
    ],
    ...['2025-06-01T12:00:00.Z', `2025-06-01T12:00:00.${'1'.repeat(5000)}Z`, '2025-06-01T1a:00:00.000Z'],
  ];
  for (const text of wrong) expect([text, parseTimestampUs(text)]).toEqual([text, undefined]);
  parseTimestampUs('2025-06-01T12:00:00.000Z');
  for (const text of wrong) expect([text, parseTimestampUs(text)]).toEqual([text, undefined]);
});

test('every instant reads as Date reads it, the leap days too', () => {
  const date = fc.date({
    min: new Date('1970-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, date, (a, b) => {
      for (const each of [a, b, a]) expect(parseTimestampUs(each.toISOString())).toBe(each.getTime() * 1000);
    }),
  );
});

test('the canonical text reads back to the same microsecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (timeUs) => {
      expect(parseTimestampUs(toTimestamp(timeUs))).toBe(timeUs);
    }),
  );
});
