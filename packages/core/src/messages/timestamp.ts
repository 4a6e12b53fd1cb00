/**
 * ISO 8601 timestamps with a zone, to integer microseconds since 1970 (UTC).
 * Parsed by pattern: `new Date('2025-02-30T00:00:00Z')` would silently be 2 March.
 */

/** Oldest event time accepted: 2000-01-01T00:00:00Z. */
export const OLDEST_EVENT_US = 946_684_800_000_000;
/** How far ahead of the server an event time may lie. */
export const MAX_AHEAD_MS = 86_400_000;

const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const MAX_LENGTH = 40;
const US_PER_DAY = 86_400_000_000;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's days_from_civil). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (month === 2 && day === 29) return isLeapYear(year);
  return day <= (DAYS_IN_MONTH[month - 1] as number);
}

/** One day is looked up far more often than it changes: the last one is remembered. */
let cachedDayText = '';
let cachedDayUs = 0;

const ZERO = 48;
const digits2 = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

const isDigitAt = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
};

/** Where digits stand in `…T12:34:56.789Z`, and what stands between them. */
const DIGITS_AT = [11, 12, 14, 15, 17, 18, 20, 21, 22] as const;
const COLON = 58;
const DOT = 46;
const ZULU = 90;

function hasCanonicalForm(text: string): boolean {
  if (text.length !== 24 || cachedDayText === '' || !text.startsWith(cachedDayText)) return false;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON || text.charCodeAt(19) !== DOT)
    return false;
  for (let at = 0; at < DIGITS_AT.length; at += 1)
    if (!isDigitAt(text, DIGITS_AT[at] as number)) return false;
  return text.charCodeAt(23) === ZULU;
}

/** The form `toISOString` writes, on a day seen just before; anything else is left to the pattern. */
function parseCanonical(text: string): number | undefined {
  if (!hasCanonicalForm(text)) return undefined;
  const hour = digits2(text, 11);
  const minute = digits2(text, 14);
  const second = digits2(text, 17);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const millisecond = digits2(text, 20) * 10 + text.charCodeAt(22) - ZERO;
  return cachedDayUs + ((hour * 60 + minute) * 60 + second) * 1_000_000 + millisecond * 1000;
}

/** Microseconds since 1970, or undefined when the text is not an ISO 8601 instant with a zone. */
export function parseTimestampUs(text: string): number | undefined {
  return parseCanonical(text) ?? parseByPattern(text);
}

function parseByPattern(text: string): number | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const parts = PATTERN.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isCalendarDay(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  const offsetMin = toOffsetMin(parts[8], Number(parts[9] ?? 0), Number(parts[10] ?? 0));
  if (offsetMin === undefined) return undefined;
  const dayUs = daysFromCivil(year, month, day) * US_PER_DAY;
  cachedDayText = text.slice(0, 11);
  cachedDayUs = dayUs;
  const fractionUs = Number((parts[7] ?? '').padEnd(6, '0').slice(0, 6));
  return dayUs + ((hour * 60 + minute - offsetMin) * 60 + second) * 1_000_000 + fractionUs;
}

function toOffsetMin(sign: string | undefined, hours: number, minutes: number): number | undefined {
  if (sign === undefined) return 0;
  if (hours > 14 || minutes > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** The canonical text of an instant: `2025-06-01T12:00:00.000Z`, with microseconds only where it has any. */
export function toTimestamp(timeUs: number): string {
  const timeMs = Math.floor(timeUs / 1000);
  const text = new Date(timeMs).toISOString();
  const restUs = timeUs - timeMs * 1000;
  return restUs === 0 ? text : `${text.slice(0, -1)}${String(restUs).padStart(3, '0')}Z`;
}
