import { readClock } from './clock.ts';
import { type Column, type Columns, toColumns } from './columns.ts';
import { type Parsed, type Reading, RecordingError } from './recording.ts';
import { findSeparator, splitFields, toLines, toNumber } from './table.ts';

/** A table of telemetry with a header line, whatever its dialect. */

export interface TableOptions {
  /** Rows a second, for a table without any time. Default 100. */
  readonly assumedRateHz?: number;
}

export interface Table {
  readonly columns: Columns;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MAX_PREAMBLE_LINES = 200;

/** The table in a text: from the first line whose names include a position. Undefined: there is none. */
export function findTable(text: string): Table | undefined {
  const lines = toLines(text);
  for (const [k, line] of lines.slice(0, MAX_PREAMBLE_LINES).entries()) {
    const separator = findSeparator(line);
    const headers = splitFields(line, separator);
    const columns = toColumns(headers);
    if (!hasPosition(columns)) continue;
    const rows = lines.slice(k + 1).map((row) => splitFields(row, separator));
    // The end of a truncated file, and lines in between that belong to no table, are of another width.
    return {
      columns,
      headers,
      rows: rows.filter((row) => row.length >= headers.length - 1 && row.length > 2),
    };
  }
  return undefined;
}

const hasPosition = ({ latitude, longitude, x, y, z }: Columns): boolean =>
  (latitude !== undefined && longitude !== undefined) ||
  (x !== undefined && y !== undefined && z !== undefined);

/** Throws a RecordingError when no line names a position. */
export function parseCsv(text: string, options: TableOptions = {}): Parsed {
  const table = findTable(text);
  if (!table) {
    const first = toLines(text)[0] ?? '';
    throw new RecordingError(
      `not a flight log: no header names latitude and longitude, or x, y and z; the first line is "${first.slice(0, 80)}"`,
    );
  }
  return fromTable(table, options);
}

export function fromTable(table: Table, { assumedRateHz = 100 }: TableOptions): Parsed {
  const { rows, columns } = table;
  const clock = readClock(rows, columns, assumedRateHz);
  const read = createReader(table);
  const readings = rows.map((row, k): Reading => ({ timeMs: clock.timesMs[k] as number, ...read(row) }));
  const assumed = [
    ...(clock.assumed ? ['time'] : []),
    ...(fromVoltage(columns, rows) ? ['battery_from_voltage'] : []),
  ];
  return { format: 'csv', droneId: undefined, readings, epochOffsetMs: clock.epochOffsetMs, assumed };
}

type Values = Omit<Reading, 'timeMs'>;
type Row = readonly string[];
type Get<T> = (row: Row) => T | undefined;

/** One function that reads a row, made once for the table: what each column's numbers mean is found out here. */
function createReader({ columns, rows }: Table): (row: Row) => Values {
  const getters: readonly (readonly [keyof Values, Get<unknown>])[] = [
    ['latitudeDeg', number(columns.latitude)],
    ['longitudeDeg', number(columns.longitude)],
    ['altitudeAmslM', number(columns.altitude)],
    ['altitudeRelM', number(columns.height)],
    ['local', local(columns)],
    ['batteryPct', battery(columns, rows)],
    ['signalPct', signal(columns.signal, rows)],
    ['temperatureC', number(columns.temperature)],
    ['speedMps', speed(columns)],
    ['headingDeg', heading(columns.heading)],
    ['status', status(columns.status)],
    ['armed', armed(columns.armed)],
  ];
  return (row) => {
    const values: Record<string, unknown> = {};
    for (const [field, get] of getters) {
      const value = get(row);
      if (value !== undefined) values[field] = value;
    }
    return values;
  };
}

function number(column: Column | undefined): Get<number> {
  if (!column) return () => undefined;
  const { index, scale, plus } = column;
  return (row) => {
    const value = toNumber(row[index]);
    return value === undefined ? undefined : value * scale + plus;
  };
}

function local({ x, y, z }: Columns): Get<Reading['local']> {
  const [east, north, up] = [number(x), number(y), number(z)];
  return (row) => {
    const place = { x: east(row), y: north(row), z: up(row) };
    return place.x === undefined || place.y === undefined || place.z === undefined
      ? undefined
      : (place as Reading['local']);
  };
}

function largest(get: Get<number>, rows: readonly Row[]): number {
  return rows.reduce((most, row) => Math.max(most, get(row) ?? most), Number.NEGATIVE_INFINITY);
}

const fromVoltage = (columns: Columns, rows: readonly Row[]): boolean =>
  columns.voltage !== undefined && !(largest(number(columns.battery), rows) > 0);

/** A cell in flight: at rest and full, and where small drones turn back under load. */
const FULL_CELL_V = 4.2;
const EMPTY_CELL_V = 3;
const MAX_CELL_V = 4.25;

/** Percent as it stands, or a share of one; straight from the cells’ voltage when there is nothing else. 0 is "not yet". */
function battery(columns: Columns, rows: readonly Row[]): Get<number> {
  if (fromVoltage(columns, rows)) {
    const volts = number(columns.voltage);
    const cells = Math.ceil(largest(volts, rows) / MAX_CELL_V);
    return positive((row) => {
      const pack = volts(row);
      return pack === undefined || pack <= 0 ? undefined : toCharge(pack / cells);
    });
  }
  const get = number(columns.battery);
  const share = largest(get, rows) <= 1;
  return positive((row) => {
    const value = get(row);
    return value === undefined || value > 100 ? undefined : value * (share ? 100 : 1);
  });
}

const toCharge = (cellV: number): number =>
  100 * Math.min(1, Math.max(0.001, (cellV - EMPTY_CELL_V) / (FULL_CELL_V - EMPTY_CELL_V)));

const positive =
  (get: Get<number>): Get<number> =>
  (row) => {
    const value = get(row);
    return value === undefined || value <= 0 ? undefined : value;
  };

const DEAD_DBM = -110;
const FULL_DBM = -50;

/** Percent; or dBm when no value is positive. Where both occur the negative ones are another thing and left out. */
function signal(column: Column | undefined, rows: readonly Row[]): Get<number> {
  const get = number(column);
  const most = largest(get, rows);
  if (most < 0) {
    return (row) => {
      const dbm = get(row);
      return dbm === undefined ? undefined : (100 * (dbm - DEAD_DBM)) / (FULL_DBM - DEAD_DBM);
    };
  }
  const full = most > 100 ? 255 : 100;
  return positive((row) => {
    const value = get(row);
    return value === undefined ? undefined : (100 * value) / full;
  });
}

function speed({ speed: over, velocityEast, velocityNorth }: Columns): Get<number> {
  if (over) {
    const get = number(over);
    return (row) => {
      const value = get(row);
      return value === undefined || value < 0 ? undefined : value;
    };
  }
  const [east, north] = [number(velocityEast), number(velocityNorth)];
  return (row) => {
    const [e, n] = [east(row), north(row)];
    return e === undefined || n === undefined ? undefined : Math.hypot(e, n);
  };
}

function heading(column: Column | undefined): Get<number> {
  const get = number(column);
  return (row) => {
    const value = get(row);
    return value === undefined ? undefined : ((value % 360) + 360) % 360;
  };
}

function armed(column: Column | undefined): Get<boolean> {
  if (!column) return () => undefined;
  return (row) => {
    const word = (row[column.index] ?? '').toLowerCase();
    return word === '' ? undefined : ['1', 'true', 'yes', 'on', 'armed', 'started', 'flying'].includes(word);
  };
}

/** The words of flight modes that mean one of the contract's statuses. */
const STATUS: readonly (readonly [RegExp, string])[] = [
  [/take ?off/i, 'takeoff'],
  [/land/i, 'landing'],
  [/go ?home|rth|rtl|return/i, 'returning'],
  [/^(wp|way ?points?|navi|mission|auto|waypoint.*)$/i, 'mission'],
  [/hover|hold|loiter|pos/i, 'hold'],
  [/p-?gps|gps|atti|manual|sport|joystick|fly/i, 'flying'],
  [/charg/i, 'charging'],
  [/^(idle|ready|standby|active|offline|error|emergency)$/i, ''],
];

function status(column: Column | undefined): Get<string> {
  if (!column) return () => undefined;
  return (row) => {
    const word = row[column.index] ?? '';
    const found = STATUS.find(([pattern]) => pattern.test(word));
    return found && (found[1] || word.toLowerCase());
  };
}
