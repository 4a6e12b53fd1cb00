import type { Sample, TelemetryMessage } from './telemetry.ts';
import { toTimestamp } from './timestamp.ts';

/**
 * A telemetry message taken apart for a store and put together again, equal to what was sent: numbers in typed columns,
 * the texts that hardly change (name, model, mission, metadata) as one shared `profile`, and whatever is left as `rest`.
 * A message that cannot be rebuilt this way (another spelling, another form of the timestamp) is kept `verbatim`.
 */

/** Column name, unit included, and the path of the number in the message. The order is the order of `values`. */
export const TELEMETRY_COLUMNS = [
  ['east_m', 'position', 'x'],
  ['north_m', 'position', 'y'],
  ['up_m', 'position', 'z'],
  ['latitude_deg', 'position', 'gps', 'latitude'],
  ['longitude_deg', 'position', 'gps', 'longitude'],
  ['altitude_amsl_m', 'position', 'gps', 'altitude'],
  ['battery_pct', 'telemetry', 'battery'],
  ['signal_pct', 'telemetry', 'signal'],
  ['temperature_c', 'telemetry', 'temperature'],
  ['ground_speed_mps', 'telemetry', 'speed'],
  ['heading_deg', 'telemetry', 'heading'],
  ['accelerometer_x_mps2', 'sensors', 'accelerometer', 'x'],
  ['accelerometer_y_mps2', 'sensors', 'accelerometer', 'y'],
  ['accelerometer_z_mps2', 'sensors', 'accelerometer', 'z'],
  ['gyroscope_x_radps', 'sensors', 'gyroscope', 'x'],
  ['gyroscope_y_radps', 'sensors', 'gyroscope', 'y'],
  ['gyroscope_z_radps', 'sensors', 'gyroscope', 'z'],
  ['magnetometer_x_ut', 'sensors', 'magnetometer', 'x'],
  ['magnetometer_y_ut', 'sensors', 'magnetometer', 'y'],
  ['magnetometer_z_ut', 'sensors', 'magnetometer', 'z'],
  ['waypoint', 'mission', 'waypoint'],
] as const;

export type TelemetryColumn = (typeof TELEMETRY_COLUMNS)[number][0];

/** What a store keeps of one sample besides its identity, time and origin. */
export interface TelemetryRow {
  /** In the order of TELEMETRY_COLUMNS; null = not in the message. */
  readonly values: readonly (number | null)[];
  /** JSON of the parts that hardly change; the same text for every row of a flight. */
  readonly profile: string;
  /** JSON of what is in neither; null = nothing. With `verbatim` the whole message. */
  readonly rest: string | null;
  readonly verbatim: boolean;
}

export interface RowKey {
  readonly droneId: string;
  readonly sessionId: string;
  /** -1: the message has none. */
  readonly seq: number;
  readonly timeUs: number;
}

type Json = Record<string, unknown>;

/** Keys that the row's own key carries, per object. */
const PROFILE_FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ['drone', ['name', 'model', 'status', 'armed']],
  ['mission', ['id', 'totalWaypoints', 'missionType']],
  ['metadata', ['transmissionMethod', 'dataVersion', 'compression']],
];
const KEY_FIELDS: ReadonlySet<string> = new Set(['sessionId', 'timestamp', 'seq']);

export function toTelemetryRow(sample: Sample, raw: unknown): TelemetryRow {
  const { message } = sample;
  const values = TELEMETRY_COLUMNS.map((column) => numberAt(message, column));
  const profile = JSON.stringify(toProfile(message));
  const verbatim = raw !== message || message.timestamp !== toTimestamp(sample.timeUs);
  if (verbatim) return { values, profile, rest: JSON.stringify(raw), verbatim };
  const rest = restOf(message as Json, []);
  return { values, profile, rest: rest === undefined ? null : JSON.stringify(rest), verbatim };
}

function numberAt(message: TelemetryMessage, [, ...path]: readonly string[]): number | null {
  let at: unknown = message;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return null;
    at = (at as Json)[name];
  }
  return typeof at === 'number' ? at : null;
}

function toProfile(message: TelemetryMessage): Json {
  const profile: Json = {};
  for (const [part, names] of PROFILE_FIELDS) {
    const fields = (message as Json)[part];
    if (typeof fields !== 'object' || fields === null) continue;
    const kept: Json = {};
    for (const name of names) {
      const value = (fields as Json)[name];
      if (value !== undefined && value !== null) kept[name] = value;
    }
    profile[part] = kept;
  }
  return profile;
}

const COLUMN_PATHS: ReadonlySet<string> = new Set(TELEMETRY_COLUMNS.map(([, ...path]) => path.join('.')));
const PROFILE_PATHS: ReadonlySet<string> = new Set(
  PROFILE_FIELDS.flatMap(([part, names]) => names.map((name) => `${part}.${name}`)),
);
/** Objects that the columns or the profile bring back by themselves as soon as they hold anything. */
const PARTS: ReadonlySet<string> = new Set([
  ...['drone', 'position', 'position.gps', 'telemetry', 'sensors', 'mission', 'metadata'],
  ...['sensors.accelerometer', 'sensors.gyroscope', 'sensors.magnetometer'],
]);

/** What neither columns, profile nor key carry, in the message's own nesting; undefined where nothing is left. */
function restOf(fields: Json, path: readonly string[]): Json | undefined {
  const rest: Json = {};
  let empty = true;
  for (const [name, value] of Object.entries(fields)) {
    const kept = restField(name, value, path);
    if (kept === undefined) continue;
    rest[name] = kept;
    empty = false;
  }
  return empty && Object.keys(fields).length > 0 ? undefined : rest;
}

function restField(name: string, value: unknown, path: readonly string[]): unknown {
  const here = path.length === 0 ? name : `${path.join('.')}.${name}`;
  if (path.length === 0 && KEY_FIELDS.has(name) && value !== null) return undefined;
  if (here === 'drone.id') return undefined;
  if (COLUMN_PATHS.has(here) && typeof value === 'number') return undefined;
  if (PROFILE_PATHS.has(here) && value !== null) return undefined;
  if (PARTS.has(here) && typeof value === 'object' && value !== null)
    return restOf(value as Json, [...path, name]);
  return value;
}

/** The message as it was sent, from its row. */
export function fromTelemetryRow(key: RowKey, row: TelemetryRow): Json {
  if (row.verbatim) return JSON.parse(row.rest as string) as Json;
  const message = JSON.parse(row.profile) as Json;
  const drone = (message['drone'] ?? {}) as Json;
  message['sessionId'] = key.sessionId;
  message['timestamp'] = toTimestamp(key.timeUs);
  if (key.seq >= 0) message['seq'] = key.seq;
  message['drone'] = { id: key.droneId, ...drone };
  TELEMETRY_COLUMNS.forEach(([, ...path], at) => {
    const value = row.values[at];
    if (value !== null && value !== undefined) setAt(message, path, value);
  });
  if (row.rest !== null) mergeInto(message, JSON.parse(row.rest) as Json);
  return message;
}

function setAt(message: Json, path: readonly string[], value: number): void {
  let at = message;
  for (const name of path.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Json;
  }
  at[path.at(-1) as string] = value;
}

function mergeInto(target: Json, source: Json): void {
  for (const [name, value] of Object.entries(source)) {
    const at = target[name];
    const bothObjects = isPlain(at) && isPlain(value);
    if (bothObjects) mergeInto(at as Json, value as Json);
    else target[name] = value;
  }
}

const isPlain = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
