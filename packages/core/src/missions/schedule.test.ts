import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { nextOccurrences, parseSchedule, type Schedule } from './schedule.ts';

const schedule = (starts_at: string, time_zone: string, rrule?: string): Schedule => {
  const parsed = parseSchedule({ starts_at, time_zone, ...(rrule && { rrule }) });
  if (isRefusal(parsed)) throw new Error(JSON.stringify(parsed.details));
  return parsed;
};
const instants = (of: Schedule, after: string, limit = 10): readonly string[] =>
  nextOccurrences(of, Date.parse(after), limit).map(
    ({ atMs, adjusted }) => new Date(atMs).toISOString() + (adjusted ? ` ${adjusted}` : ''),
  );

test('eight in the morning stays eight in the morning when summer time begins', () => {
  const daily = schedule('2026-03-28T08:00', 'Europe/Berlin', 'FREQ=DAILY;COUNT=3');
  expect(instants(daily, '2026-01-01T00:00:00Z')).toEqual([
    '2026-03-28T07:00:00.000Z',
    '2026-03-29T06:00:00.000Z',
    '2026-03-30T06:00:00.000Z',
  ]);
});

test('a time the clocks jump over is moved by the jump, and says so', () => {
  const daily = schedule('2026-03-28T02:30', 'Europe/Berlin', 'FREQ=DAILY;COUNT=3');
  expect(instants(daily, '2026-01-01T00:00:00Z')).toEqual([
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T01:30:00.000Z gap',
    '2026-03-30T00:30:00.000Z',
  ]);
});

test('of a time the clocks show twice it is the first, and says so', () => {
  expect(instants(schedule('2026-10-25T02:30', 'Europe/Berlin'), '2026-01-01T00:00:00Z')).toEqual([
    '2026-10-25T00:30:00.000Z overlap',
  ]);
  expect(instants(schedule('2026-11-01T01:30', 'America/New_York'), '2026-01-01T00:00:00Z')).toEqual([
    '2026-11-01T05:30:00.000Z overlap',
  ]);
});

test('half-hour summer time and quarter-hour zones are right', () => {
  expect(instants(schedule('2026-10-04T02:15', 'Australia/Lord_Howe'), '2026-01-01T00:00:00Z')).toEqual([
    '2026-10-03T15:45:00.000Z gap',
  ]);
  expect(instants(schedule('2026-06-01T00:00', 'Asia/Kathmandu'), '2026-01-01T00:00:00Z')).toEqual([
    '2026-05-31T18:15:00.000Z',
  ]);
});

test('a day that a zone left out gives one occurrence, not two on one instant', () => {
  const daily = schedule('2011-12-29T12:00', 'Pacific/Apia', 'FREQ=DAILY;COUNT=4');
  expect(instants(daily, '2011-01-01T00:00:00Z')).toEqual([
    '2011-12-29T22:00:00.000Z',
    '2011-12-30T22:00:00.000Z gap',
    '2011-12-31T22:00:00.000Z',
  ]);
});

test('every second week counts weeks from Monday', () => {
  const fortnightly = schedule(
    '2026-11-25T06:00',
    'Etc/UTC',
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU;COUNT=5',
  );
  expect(instants(fortnightly, '2026-01-01T00:00:00Z').map((text) => text.slice(0, 10))).toEqual([
    ...['2026-11-25', '2026-11-29', '2026-12-07', '2026-12-09', '2026-12-13'],
  ]);
});

test('a mission flown once is not flown again', () => {
  const once = schedule('2026-11-25T06:00', 'Etc/UTC');
  expect(instants(once, '2026-11-25T05:59:59Z')).toHaveLength(1);
  expect(instants(once, '2026-11-25T06:00:00Z')).toEqual([]);
});

test('until is inclusive, as an instant and as a day', () => {
  const byInstant = schedule('2026-11-25T06:00', 'Etc/UTC', 'FREQ=DAILY;UNTIL=20261127T060000Z');
  const byDay = schedule('2026-11-25T06:00', 'America/New_York', 'FREQ=DAILY;UNTIL=20261127');
  expect(instants(byInstant, '2026-01-01T00:00:00Z')).toHaveLength(3);
  expect(instants(byDay, '2026-01-01T00:00:00Z')).toHaveLength(3);
});

test('a rule that never meets its weekday ends', () => {
  const never = schedule('2026-11-24T06:00', 'Etc/UTC', 'FREQ=DAILY;INTERVAL=7;BYDAY=MO');
  expect(instants(never, '2026-01-01T00:00:00Z')).toEqual([]);
});

test.each([
  ['a zone that is not', '2026-11-24T06:00', 'Mars/Olympus', undefined, 'time_zone'],
  ['a fixed offset', '2026-11-24T06:00', '+02:00', undefined, 'time_zone'],
  ['a day that is not', '2026-02-30T06:00', 'Etc/UTC', undefined, 'starts_at'],
  ['an hour that is not', '2026-02-20T25:00', 'Etc/UTC', undefined, 'starts_at'],
  ['a monthly rule', '2026-11-24T06:00', 'Etc/UTC', 'FREQ=MONTHLY', 'rrule'],
  ['a rule without frequency', '2026-11-24T06:00', 'Etc/UTC', 'COUNT=2', 'rrule'],
  ['a part not understood', '2026-11-24T06:00', 'Etc/UTC', 'FREQ=DAILY;BYHOUR=3', 'rrule'],
  ['a part said twice', '2026-11-24T06:00', 'Etc/UTC', 'FREQ=DAILY;COUNT=3;COUNT=4', 'rrule'],
  ['until and count', '2026-11-24T06:00', 'Etc/UTC', 'FREQ=DAILY;COUNT=3;UNTIL=20270101', 'rrule'],
  ['an interval of nothing', '2026-11-24T06:00', 'Etc/UTC', 'FREQ=DAILY;INTERVAL=0', 'rrule'],
  ['the second Monday', '2026-11-24T06:00', 'Etc/UTC', 'FREQ=WEEKLY;BYDAY=2MO', 'rrule'],
])('%s is refused by its field', (_what, ...[starts_at = '', time_zone = '', rrule, field]) => {
  const parsed = parseSchedule({ starts_at, time_zone, ...(rrule && { rrule }) });
  expect(isRefusal(parsed) && parsed.details.field).toBe(`mission.schedule.${field}`);
});

/** An oracle that knows nothing of offsets: it looks at the wall every quarter of an hour. */
function watchTheWall(of: Schedule, fromMs: number, days: number): readonly number[] {
  const wall = new Intl.DateTimeFormat('sv-SE', {
    timeZone: of.timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const { interval = 1, weekdays = [], frequency = 'daily' } = of.recurrence ?? {};
  const found: number[] = [];
  const shown = new Set<string>();
  for (let atMs = fromMs; atMs < fromMs + days * 86_400_000; atMs += 900_000) {
    const text = wall.format(atMs);
    if (shown.has(text)) continue;
    shown.add(text);
    const [date = '', time = ''] = text.split(' ');
    const [hour, minute] = time.split(':').map(Number);
    if (((hour as number) * 60 + (minute as number)) * 60 !== of.start.secondOfDay) continue;
    const day = Date.parse(`${date}T00:00:00Z`) / 86_400_000;
    const weekday = (new Date(day * 86_400_000).getUTCDay() + 6) % 7;
    const monday = (of.start.day + 3) % 7;
    const since = frequency === 'daily' ? day - of.start.day : Math.floor((day - of.start.day + monday) / 7);
    const fits =
      frequency === 'daily'
        ? weekdays.length === 0 || weekdays.includes(weekday)
        : weekdays.includes(weekday);
    if (day >= of.start.day && since % interval === 0 && fits) found.push(atMs);
  }
  return found;
}

test('what is computed is what a watcher of the wall sees', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
  ];
  const rule = fc.tuple(
    fc.constantFrom('DAILY', 'WEEKLY'),
    fc.integer({ min: 1, max: 3 }),
    fc.subarray(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], { minLength: 1 }),
  );
  const quarter = fc.integer({ min: 0, max: 95 });
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      quarter,
      rule,
      fc.integer({ min: 0, max: 330 }),
      (zone, at, how, startIn) => {
        const [frequency, interval, weekdays] = how;
        const date = new Date(Date.UTC(2026, 0, 1 + startIn)).toISOString().slice(0, 10);
        const time = `${String(Math.floor(at / 4)).padStart(2, '0')}:${String((at % 4) * 15).padStart(2, '0')}`;
        const of = schedule(
          `${date}T${time}`,
          zone,
          `FREQ=${frequency};INTERVAL=${interval};BYDAY=${weekdays.join(',')}`,
        );
        const fromMs = Date.parse(`${date}T00:00:00Z`) - 86_400_000;
        const endMs = fromMs + 40 * 86_400_000;
        const seen = watchTheWall(of, fromMs, 40);
        const computed = nextOccurrences(of, fromMs - 1, 1000).filter(({ atMs }) => atMs < endMs);
        expect(computed.filter(({ adjusted }) => adjusted !== 'gap').map(({ atMs }) => atMs)).toEqual(seen);
      },
    ),
    { numRuns: 40 },
  );
});

test('the next ones are the same wherever one begins to look', () => {
  const of = schedule('2026-01-05T02:30', 'Europe/Berlin', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=60');
  const all = nextOccurrences(of, 0, 1000);
  expect(all).toHaveLength(60);
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 6, 1) }), (afterMs) => {
      expect(nextOccurrences(of, afterMs, 1000)).toEqual(all.filter(({ atMs }) => atMs > afterMs));
    }),
  );
});

test('a thousand years on it still answers, and says no more than it is asked', () => {
  const forever = schedule('2026-01-05T02:30', 'Europe/Berlin', 'FREQ=DAILY');
  expect(nextOccurrences(forever, Date.UTC(3026, 0, 1), 5)).toHaveLength(5);
  expect(nextOccurrences(forever, Date.UTC(9999, 11, 31, 23), 5)).toHaveLength(0);
  expect(nextOccurrences(forever, 0, 1e9)).toHaveLength(1000);
});
