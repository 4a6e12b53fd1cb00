import { type Refusal, refuse } from '../errors.ts';

/** The part of RFC 5545's recurrence rules that missions need: daily and weekly. */
export interface Recurrence {
  readonly frequency: 'daily' | 'weekly';
  /** Every so many days or weeks; weeks begin on Monday (WKST=MO). */
  readonly interval: number;
  /** Monday is 0; empty: every day, or the weekday it starts on. Ascending. */
  readonly weekdays: readonly number[];
  /** The last instant it may begin at. */
  readonly untilMs?: number;
  /** The last day it may begin on, days since 1970-01-01 as the wall shows them. */
  readonly untilDay?: number;
  /** How many times; those that fall on one instant with the one before count too. */
  readonly count?: number;
}

const WEEKDAYS: readonly string[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const MAX_INTERVAL = 1000;
const MAX_COUNT = 10_000;
const MS_PER_DAY = 86_400_000;

type Part = Partial<Recurrence> | undefined;

/** `RRULE:` in front is tolerated; a part that is not understood is refused, never ignored. */
export function parseRecurrence(text: string, field: string): Recurrence | Refusal {
  const refused = (reason: string, part: string): Refusal =>
    refuse(
      'VALIDATION_ERROR',
      { field, reason, part, expectedType: 'FREQ=DAILY|WEEKLY with INTERVAL, BYDAY, UNTIL or COUNT' },
      { message: 'Invalid mission schedule' },
    );
  let rule: Partial<Recurrence> = {};
  const seen = new Set<string>();
  for (const part of text
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const [name = '', value = '', more] = part.split('=');
    const read = more === undefined && !seen.has(name) ? readPart(name, value) : undefined;
    if (!read) return refused('rrule', part.slice(0, 40));
    seen.add(name);
    rule = { ...rule, ...read };
  }
  const { frequency, interval = 1, weekdays = [] } = rule;
  if (!frequency) return refused('missing', 'FREQ');
  if (seen.has('UNTIL') && seen.has('COUNT')) return refused('both', 'UNTIL and COUNT');
  return { ...rule, frequency, interval, weekdays };
}

function readPart(name: string, value: string): Part {
  switch (name) {
    case 'FREQ':
      return value === 'DAILY' || value === 'WEEKLY'
        ? { frequency: value === 'DAILY' ? 'daily' : 'weekly' }
        : undefined;
    case 'INTERVAL':
      return readCount(value, MAX_INTERVAL, (interval) => ({ interval }));
    case 'COUNT':
      return readCount(value, MAX_COUNT, (count) => ({ count }));
    case 'BYDAY':
      return readWeekdays(value);
    case 'UNTIL':
      return readUntil(value);
    case 'WKST':
      return value === 'MO' ? {} : undefined;
    default:
      return undefined;
  }
}

function readCount(value: string, max: number, toPart: (count: number) => Part): Part {
  const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  return count >= 1 && count <= max ? toPart(count) : undefined;
}

function readWeekdays(value: string): Part {
  const days = value.split(',').map((name) => WEEKDAYS.indexOf(name));
  if (days.includes(-1)) return undefined;
  return { weekdays: [...new Set(days)].sort((a, b) => a - b) };
}

function readUntil(value: string): Part {
  const parts = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z)?$/.exec(value);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const midnightMs = toUtcMs(Number(year), Number(month), Number(day));
  if (midnightMs === undefined) return undefined;
  if (hour === undefined) return { untilDay: midnightMs / MS_PER_DAY };
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return { untilMs: midnightMs + ((hours * 60 + minutes) * 60 + seconds) * 1000 };
}

/** Undefined: the calendar has no such day. */
export function toUtcMs(year: number, month: number, day: number): number | undefined {
  if (year < 1970 || month < 1 || month > 12) return undefined;
  const atMs = Date.UTC(year, month - 1, day);
  const date = new Date(atMs);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? atMs : undefined;
}
