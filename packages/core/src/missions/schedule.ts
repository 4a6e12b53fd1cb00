import { isRefusal, type Refusal, refuse } from '../errors.ts';
import { inPath } from '../messages/mission-fields.ts';
import type { MissionSchedule } from '../messages/mission-schedule.ts';
import { parseRecurrence, type Recurrence, toUtcMs } from './recurrence.ts';
import { fromWallTime, isTimeZone, toWallTime, type WallTime, type ZonedInstant } from './zone-time.ts';

/** When a mission begins: at a time of the wall of its place, once or again and again. */
export interface Schedule {
  readonly timeZone: string;
  readonly start: WallTime;
  readonly recurrence?: Recurrence;
}

const MS_PER_DAY = 86_400_000;
const DAYS_A_WEEK = 7;
/** 9999-12-31. */
const LAST_DAY = 2_932_896;
const MAX_OCCURRENCES = 1000;

/** Reads what a message says; refused where the zone or the day does not exist, or the rule is not understood. */
export function parseSchedule(
  { starts_at, time_zone, rrule }: MissionSchedule,
  path = 'mission.schedule',
): Schedule | Refusal {
  const start = parseWallTime(starts_at);
  if (!start) return refused(inPath(path, 'starts_at'), 'format', 'local date and time: 2026-03-29T08:00');
  if (!isTimeZone(time_zone)) return refused(inPath(path, 'time_zone'), 'unknown_value', 'IANA time zone');
  if (rrule === undefined || rrule === null) return { timeZone: time_zone, start };
  const recurrence = parseRecurrence(rrule, inPath(path, 'rrule'));
  if (isRefusal(recurrence)) return recurrence;
  return { timeZone: time_zone, start, recurrence };
}

const refused = (field: string, reason: string, expectedType: string): Refusal =>
  refuse(
    'VALIDATION_ERROR',
    { field, expectedType, receivedType: 'string', reason },
    { message: 'Invalid mission schedule' },
  );

function parseWallTime(text: string): WallTime | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  const midnightMs = toUtcMs(year as number, month as number, day as number);
  if (midnightMs === undefined || (hour as number) > 23 || (minute as number) > 59 || (second as number) > 59)
    return undefined;
  const secondOfDay = ((hour as number) * 60 + (minute as number)) * 60 + (second as number);
  return { day: midnightMs / MS_PER_DAY, secondOfDay };
}

/**
 * The next beginnings strictly after an instant, at most `limit` (≤ 1000), ascending. One whose time the clocks jump
 * over, or show twice, says so. Where the jump moves two onto one instant, there is one.
 */
export function nextOccurrences(schedule: Schedule, afterMs: number, limit: number): readonly ZonedInstant[] {
  if (!Number.isFinite(afterMs)) throw new RangeError(`there is nothing after ${afterMs}`);
  const wanted = Math.min(limit, MAX_OCCURRENCES);
  const found: ZonedInstant[] = [];
  let lastMs = afterMs;
  for (const day of startDays(schedule, afterMs)) {
    if (found.length >= wanted) break;
    const occurrence = fromWallTime(schedule.timeZone, { day, secondOfDay: schedule.start.secondOfDay });
    if (occurrence.atMs > (schedule.recurrence?.untilMs ?? Number.POSITIVE_INFINITY)) break;
    if (occurrence.atMs <= lastMs) continue;
    found.push(occurrence);
    lastMs = occurrence.atMs;
  }
  return found;
}

/** The days it begins on, ascending, from shortly before `afterMs` on. */
function* startDays({ timeZone, start, recurrence }: Schedule, afterMs: number): Generator<number> {
  if (!recurrence) {
    yield start.day;
    return;
  }
  // A jump moves an instant by less than two days: what is earlier cannot begin after `afterMs`.
  const fromDay = clampDay(toWallTime(timeZone, clampMs(afterMs)).day) - 2;
  const lastDay = Math.min(LAST_DAY, recurrence.untilDay ?? LAST_DAY);
  const { count = Number.POSITIVE_INFINITY } = recurrence;
  let counted = recurrence.count === undefined ? 0 : countDays(recurrence, start.day, fromDay);
  for (const day of daysFrom(recurrence, start.day, fromDay)) {
    if (day > lastDay || counted >= count) return;
    counted += 1;
    yield day;
  }
}

const clampMs = (atMs: number): number => Math.min(LAST_DAY * MS_PER_DAY, Math.max(0, atMs));
const clampDay = (day: number): number => Math.min(LAST_DAY, Math.max(0, day));

/** Days of the rule before `untilDay`; bounded by the rule's count. */
function countDays(recurrence: Recurrence, startDay: number, untilDay: number): number {
  let counted = 0;
  for (const day of daysFrom(recurrence, startDay, startDay)) {
    if (day >= untilDay || counted >= (recurrence.count as number)) break;
    counted += 1;
  }
  return counted;
}

function* daysFrom(recurrence: Recurrence, startDay: number, fromDay: number): Generator<number> {
  const { frequency, interval, weekdays } = recurrence;
  const isWeekly = frequency === 'weekly';
  const step = interval * (isWeekly ? DAYS_A_WEEK : 1);
  const first = isWeekly ? startDay - weekdayOf(startDay) : startDay;
  const skipped = Math.max(0, Math.floor((fromDay - first) / step));
  const offsets = isWeekly ? weeklyOffsets(recurrence, startDay) : [0];
  let barren = 0;
  for (let period = first + skipped * step; period <= LAST_DAY && barren <= DAYS_A_WEEK; period += step) {
    const days = offsets
      .map((offset) => period + offset)
      .filter((day) => day >= Math.max(startDay, fromDay) && day <= LAST_DAY)
      .filter((day) => isWeekly || weekdays.length === 0 || weekdays.includes(weekdayOf(day)));
    yield* days;
    // Weekdays repeat after seven periods at the latest: a rule that met none in as many never will.
    barren = days.length === 0 ? barren + 1 : 0;
  }
}

function weeklyOffsets({ weekdays }: Recurrence, startDay: number): readonly number[] {
  return weekdays.length > 0 ? weekdays : [weekdayOf(startDay)];
}

/** Monday is 0; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK;
}
