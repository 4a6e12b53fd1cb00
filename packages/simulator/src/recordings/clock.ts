import type { Columns } from './columns.ts';
import { isDayFirst, parseClock, parseDate } from './dates.ts';
import { toNumber } from './table.ts';

/** When each row was, from whatever columns say so. */

export interface RowClock {
  /** Milliseconds of each row; NaN where the row does not say. */
  readonly timesMs: readonly number[];
  readonly epochOffsetMs: number | undefined;
  /** True when no column tells the time and rows are taken at a rate. */
  readonly assumed: boolean;
}

type Rows = readonly (readonly string[])[];

/** `assumedRateHz`: what rows are taken at when the log has no time. */
export function readClock(rows: Rows, columns: Columns, assumedRateHz: number): RowClock {
  const dates = readDates(rows, columns);
  const numbers = readNumbers(rows, columns);
  if (numbers?.epoch) return { timesMs: numbers.timesMs, epochOffsetMs: 0, assumed: false };
  if (numbers)
    return { timesMs: numbers.timesMs, epochOffsetMs: offset(dates, numbers.timesMs), assumed: false };
  if (dates) return { timesMs: spread(dates), epochOffsetMs: 0, assumed: false };
  return { timesMs: rows.map((_, k) => (k * 1000) / assumedRateHz), epochOffsetMs: undefined, assumed: true };
}

/** Dates are whole seconds and the running time is finer: the first row with both ties them together. */
function offset(dates: readonly number[] | undefined, timesMs: readonly number[]): number | undefined {
  const row = dates?.findIndex((date, k) => Number.isFinite(date) && Number.isFinite(timesMs[k])) ?? -1;
  return row < 0 ? undefined : (dates?.[row] as number) - (timesMs[row] as number);
}

/** Undefined unless most rows have a date. A date and a time of day in two columns belong together. */
function readDates(rows: Rows, columns: Columns): number[] | undefined {
  for (const column of [columns.date, columns.time]) {
    if (!column) continue;
    const texts = rows.map((row) => row[column.index] ?? '');
    const dayFirst = isDayFirst(texts);
    const days = texts.map((text) => parseDate(text, dayFirst) ?? Number.NaN);
    if (days.filter(Number.isFinite).length * 2 < rows.length) continue;
    const clock = column === columns.date ? columns.time : undefined;
    if (!clock || !days.every((day) => Number.isNaN(day) || day % 86_400_000 === 0)) return days;
    return days.map((day, k) => day + (parseClock(rows[k]?.[clock.index] ?? '') ?? 0));
  }
  return undefined;
}

/** Rows within one whole second are spread over it, so that they keep their order and distance. */
function spread(dates: readonly number[]): number[] {
  const spreadOut = [...dates];
  for (let from = 0; from < dates.length; ) {
    let to = from + 1;
    while (to < dates.length && dates[to] === dates[from]) to += 1;
    const next = dates[to];
    const span = next === undefined ? 1000 : Math.min(1000, next - (dates[from] as number));
    for (let k = from; k < to; k++) spreadOut[k] = (dates[k] as number) + (span * (k - from)) / (to - from);
    from = to;
  }
  return spreadOut;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  ms: 1,
  msec: 1,
  millisecond: 1,
  milliseconds: 1,
  us: 1e-3,
  µs: 1e-3,
  microseconds: 1e-3,
  ns: 1e-6,
  nanoseconds: 1e-6,
  min: 60_000,
};

/** A numeric time: its unit from the header, else from its size (an epoch) or its steps (a running time). */
function readNumbers(rows: Rows, columns: Columns) {
  for (const column of [columns.elapsed, columns.time, columns.date]) {
    if (!column) continue;
    const values = rows.map((row) => toNumber(row[column.index]) ?? Number.NaN);
    const known = values.filter(Number.isFinite);
    if (known.length * 2 < rows.length) continue;
    const middle = known[known.length >> 1] as number;
    const epochUnit = middle > 1e8 ? epochUnitMs(middle) : undefined;
    const unit = UNIT_MS[column.unit] ?? epochUnit ?? runningUnitMs(known);
    const timesMs = values.map((value) => value * unit);
    return { timesMs, epoch: epochUnit === unit && middle * unit > 9e11 };
  }
  return undefined;
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, by the number's size; undefined for a smaller one. */
function epochUnitMs(value: number): number | undefined {
  if (value > 1e17) return 1e-6;
  if (value > 9e14) return 1e-3;
  if (value > 9e11) return 1;
  return value > 9e8 && value < 5e9 ? 1000 : undefined;
}

/** Logs run at 1 to 1000 Hz: steps of thousands are microseconds, of several milliseconds, of one and less seconds. */
function runningUnitMs(values: readonly number[]): number {
  const steps = values.slice(1).map((value, k) => value - (values[k] as number));
  const forward = steps.filter((step) => step > 0).sort((a, b) => a - b);
  const middle = forward[forward.length >> 1] ?? 1;
  if (middle >= 2000) return 1e-3;
  return middle > 2 ? 1 : 1000;
}
