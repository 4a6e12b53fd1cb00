/** Dates as flight logs write them. A date without a zone is UTC: logs that say nothing mostly mean it. */

const ISO = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(.*))?$/;
const DAY_LAST = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T, ]+(.*))?$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d+))?)?\s*(am|pm)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?$/i;

/** Epoch ms, or undefined for what is no date. `dayFirst` decides 06/04/2018 and is the caller's to find out. */
export function parseDate(text: string, dayFirst = false): number | undefined {
  const trimmed = text.trim();
  const iso = ISO.exec(trimmed);
  if (iso) return compose([Number(iso[1]), Number(iso[2]), Number(iso[3])], iso[4]);
  const other = DAY_LAST.exec(trimmed);
  if (!other) return undefined;
  const [first, second, year] = [Number(other[1]), Number(other[2]), Number(other[3])];
  return compose(dayFirst || first > 12 ? [year, second, first] : [year, first, second], other[4]);
}

/** True when some date of the log can only be day/month/year, such as 31/05/2024. */
export function isDayFirst(texts: readonly string[]): boolean {
  return texts.some((text) => Number(DAY_LAST.exec(text.trim())?.[1] ?? 0) > 12);
}

/** Milliseconds since midnight, or undefined; a zone is taken off. */
export function parseClock(text: string): number | undefined {
  const match = CLOCK.exec(text.trim());
  if (!match) return undefined;
  const [, hour, minute, second = '0', fraction = '', half, zone] = match;
  const afternoon = half?.toLowerCase() === 'pm' ? 12 : 0;
  const hours = half ? (Number(hour) % 12) + afternoon : Number(hour);
  const fractionMs = fraction === '' ? 0 : Number(`0.${fraction}`) * 1000;
  return hours * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + fractionMs - toZoneMs(zone);
}

function toZoneMs(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '');
  if (!match) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
}

function compose(
  [year, month, day]: readonly [number, number, number],
  clock: string | undefined,
): number | undefined {
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const ofDay = clock === undefined || clock.trim() === '' ? 0 : parseClock(clock);
  return ofDay === undefined ? undefined : midnight + ofDay;
}
