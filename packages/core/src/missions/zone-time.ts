/** The clock on the wall of an IANA time zone, by the platform's own zone data (ECMA-402). */

/** Days since 1970-01-01 and seconds since midnight, as a wall shows them. */
export interface WallTime {
  readonly day: number;
  readonly secondOfDay: number;
}

/** An instant for a wall time, and what had to be decided where the wall shows it never, or twice. */
export interface ZonedInstant {
  readonly atMs: number;
  /** `gap`: clocks jump over it, moved on by the length of the jump; `overlap`: shown twice, the first one. */
  readonly adjusted?: 'gap' | 'overlap';
}

const MS_PER_DAY = 86_400_000;
const MAX_FORMATTERS = 100;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Undefined: there is no such zone. Fixed offsets (`+02:00`) are no zones: they know nothing of summer. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', era: 'short' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  formatters.set(zone, formatter);
  return formatter;
}

/** Wall minus UTC at an instant, ms. */
export function zoneOffsetMs(zone: string, atMs: number): number {
  const wholeMs = Math.floor(atMs / 1000) * 1000;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(wholeMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeMs;
}

export function toWallTime(zone: string, atMs: number): WallTime {
  const wallMs = atMs + zoneOffsetMs(zone, atMs);
  const day = Math.floor(wallMs / MS_PER_DAY);
  return { day, secondOfDay: (wallMs - day * MS_PER_DAY) / 1000 };
}

/**
 * The instant at which a wall shows a time; RFC 5545, 3.3.5: the first of two, and what clocks jump over is read with
 * the offset before the jump.
 */
export function fromWallTime(zone: string, { day, secondOfDay }: WallTime): ZonedInstant {
  const wallMs = day * MS_PER_DAY + secondOfDay * 1000;
  // No offset is larger than 14 hours: a day on either side is before and behind any change that matters.
  const beforeMs = zoneOffsetMs(zone, wallMs - MS_PER_DAY);
  const behindMs = zoneOffsetMs(zone, wallMs + MS_PER_DAY);
  const shows = (offsetMs: number): boolean => zoneOffsetMs(zone, wallMs - offsetMs) === offsetMs;
  const before = shows(beforeMs);
  if (before && beforeMs !== behindMs && shows(behindMs))
    return { atMs: wallMs - Math.max(beforeMs, behindMs), adjusted: 'overlap' };
  if (before) return { atMs: wallMs - beforeMs };
  if (shows(behindMs)) return { atMs: wallMs - behindMs };
  return { atMs: wallMs - beforeMs, adjusted: 'gap' };
}
