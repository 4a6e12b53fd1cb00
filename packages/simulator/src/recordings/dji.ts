import { type Column, type Columns, toColumns } from './columns.ts';
import { findTable, fromTable, type Table } from './csv.ts';
import { type Parsed, type Reading, RecordingError } from './recording.ts';
import { toLines, toNumber } from './table.ts';

/**
 * A DJI flight as DroneDeploy's app records it: a preamble of names and values, then a table of some 125 columns. Two
 * dialects: the iPhone's is imperial as its headers say; the Android one has the same headers over metric values, and
 * its last four columns stand one place to the left of their names.
 */

export const isDroneDeploy = (text: string): boolean => /^\uFEFF?#DroneDeploy/.test(text);

/** Throws a RecordingError when the table is missing. */
export function parseDji(text: string): Parsed {
  const table = findTable(text);
  if (!table) throw new RecordingError('a DroneDeploy log without its table: no header names a position');
  const preamble = readPreamble(text);
  const shifted = isShifted(table);
  const metric = /android/i.test(preamble.get('Device Operating System') ?? '') && isMetric(table, shifted);
  const columns = correct(table, { shifted, metric });
  const parsed = fromTable({ ...table, columns }, {});
  const model = preamble.get('Aircraft Model');
  return {
    ...parsed,
    format: 'dji',
    model: model && `DJI ${model}`,
    readings: parsed.readings.map(withoutNoise),
    notes: [
      ...(shifted ? ['the velocity columns stand one place left of their names: read accordingly'] : []),
      ...(metric ? ['the headers say feet, mph and Fahrenheit, the values are metric: read as metric'] : []),
    ],
  };
}

/** Lines of "name, tab, value". */
function readPreamble(text: string): ReadonlyMap<string, string> {
  const pairs = toLines(text)
    .slice(0, 60)
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length >= 2 && fields.length <= 4);
  return new Map(pairs.map(([name = '', ...values]) => [name.trim(), values.join(' ').trim()]));
}

const VELOCITY = ['aircraft vel - x', 'aircraft vel - y', 'aircraft vel - z'] as const;

/** Where the velocity columns are, by the beginning of their names. */
const velocityIndexes = ({ headers }: Table): number[] =>
  VELOCITY.map((name) => headers.findIndex((header) => header.toLowerCase().startsWith(name)));

const MOVING = 0.3;

/** "Vel - X" is the length of "Vel - Y" and "Vel - Z" in (nearly) every row: it is the speed over ground. */
function isShifted(table: Table): boolean {
  const [x = -1, y = -1, z = -1] = velocityIndexes(table);
  if (x < 0 || y < 0 || z < 0) return false;
  const triples = table.rows.map((row) => [x, y, z].map((index) => toNumber(row[index]) ?? Number.NaN));
  const moving = triples.filter(([a = 0]) => Math.abs(a) > MOVING);
  const same = moving.filter(([a = 0, b = 0, c = 0]) => Math.abs(a - Math.hypot(b, c)) < 0.02);
  return moving.length > 10 && same.length > 0.95 * moving.length;
}

const MPH = 0.44704;
const METRES_PER_DEGREE = 111_320;

/**
 * Whether the speeds are metres a second: the way they add up to against the way between the positions. Miles an hour
 * would be 2.24 times as much; the middle between the two is 1.5. A drone that hardly moves cannot tell: then metric.
 */
function isMetric(table: Table, shifted: boolean): boolean {
  const { latitude, longitude, elapsed, speed } = table.columns;
  const speedIndex = shifted ? velocityIndexes(table)[0] : speed?.index;
  if (!latitude || !longitude || !elapsed || speedIndex === undefined) return true;
  const points = table.rows
    .filter((_, k) => k % 10 === 0)
    .map((row) => ({
      latitude: toNumber(row[latitude.index]) ?? 0,
      longitude: toNumber(row[longitude.index]) ?? 0,
      timeS: toNumber(row[elapsed.index]) ?? 0,
      speed: Math.abs(toNumber(row[speedIndex]) ?? 0),
    }))
    .filter((point) => point.latitude !== 0);
  let flownM = 0;
  let told = 0;
  for (const [k, to] of points.entries()) {
    const from = points[k - 1];
    if (!from || to.speed < MOVING) continue;
    const eastDeg = (to.longitude - from.longitude) * Math.cos((to.latitude * Math.PI) / 180);
    flownM += METRES_PER_DEGREE * Math.hypot(to.latitude - from.latitude, eastDeg);
    told += to.speed * (to.timeS - from.timeS);
  }
  return flownM < 30 || told / flownM < 1.5;
}

interface Dialect {
  readonly shifted: boolean;
  readonly metric: boolean;
}

function correct(table: Table, { shifted, metric }: Dialect): Columns {
  const { height, speed, temperature, ...rest } = { ...toColumns(table.headers) };
  const [x] = velocityIndexes(table);
  const speedColumn = shifted && x !== undefined && speed ? { ...speed, index: x } : speed;
  const si = (column: Column | undefined): Column | undefined => column && { ...column, scale: 1, plus: 0 };
  const imperial = speedColumn && { ...speedColumn, scale: MPH };
  return {
    ...rest,
    ...defined('height', metric ? si(height) : height),
    ...defined('temperature', metric ? si(temperature) : temperature),
    ...defined('speed', metric ? si(speedColumn) : imperial),
  };
}

const defined = (name: keyof Columns, column: Column | undefined): Columns =>
  column ? { [name]: column } : {};

const ABSOLUTE_COLD_C = -17;

/** Until the first frame comes the app writes 0 for what it does not know: 0 °F is no battery's temperature. */
function withoutNoise(reading: Reading): Reading {
  if (reading.batteryPct !== undefined && (reading.temperatureC ?? 0) > ABSOLUTE_COLD_C) return reading;
  const { temperatureC: _, ...rest } = reading;
  return rest;
}
