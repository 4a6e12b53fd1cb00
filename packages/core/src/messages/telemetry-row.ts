import type { Sample } from './sample.ts';
import { TELEMETRY_COLUMNS } from './telemetry-columns.ts';
import type { TelemetryMessage } from './telemetry-schema.ts';
import { toTimestamp } from './timestamp.ts';

/**
 * A telemetry message taken apart for a store and put together again, equal to what was sent: numbers in typed columns,
 * the texts that hardly change (name, model, mission, metadata) as one shared `profile`, and whatever is left as `rest`.
 * A message that cannot be rebuilt this way (another spelling, another form of the timestamp) is kept `verbatim`.
 */

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

/** The texts that hardly change, per object. */
const PROFILE_FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ['drone', ['name', 'model', 'status', 'armed']],
  ['mission', ['id', 'totalWaypoints', 'missionType']],
  ['metadata', ['transmissionMethod', 'dataVersion', 'compression']],
];
/** What the row's own key brings back. */
const KEY_PATHS = [['sessionId'], ['timestamp'], ['seq'], ['drone', 'id']] as const;

export function toTelemetryRow(sample: Sample, raw: unknown): TelemetryRow {
  const { message } = sample;
  const values = toValues(message);
  const profile = JSON.stringify(toProfile(message));
  const verbatim = raw !== message || message.timestamp !== toTimestamp(sample.timeUs);
  if (verbatim) return { values, profile, rest: JSON.stringify(raw), verbatim };
  const rest = restOf(message as Json, SHAPE);
  return { values, profile, rest: rest === undefined ? null : JSON.stringify(rest), verbatim };
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Hot: one line per column instead of a walk along its path; a test holds it to TELEMETRY_COLUMNS. */
function toValues({ position, telemetry, sensors, mission }: TelemetryMessage): (number | null)[] {
  const { gps } = position;
  const { accelerometer, gyroscope, magnetometer } = sensors ?? {};
  return [
    numberOrNull(position.x),
    numberOrNull(position.y),
    numberOrNull(position.z),
    numberOrNull(gps?.latitude),
    numberOrNull(gps?.longitude),
    numberOrNull(gps?.altitude),
    numberOrNull(telemetry.battery),
    numberOrNull(telemetry.signal),
    numberOrNull(telemetry.temperature),
    numberOrNull(telemetry.speed),
    numberOrNull(telemetry.heading),
    numberOrNull(accelerometer?.x),
    numberOrNull(accelerometer?.y),
    numberOrNull(accelerometer?.z),
    numberOrNull(gyroscope?.x),
    numberOrNull(gyroscope?.y),
    numberOrNull(gyroscope?.z),
    numberOrNull(magnetometer?.x),
    numberOrNull(magnetometer?.y),
    numberOrNull(magnetometer?.z),
    numberOrNull(mission?.waypoint),
  ];
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

/** What of a message comes back by itself: a number from its column, another value from profile or key, a part of such. */
type Known = 'number' | 'value' | Part;
type Part = Map<string, Known>;

const SHAPE: Part = new Map();
for (const [, ...path] of TELEMETRY_COLUMNS) know(path, 'number');
for (const [part, names] of PROFILE_FIELDS) for (const name of names) know([part, name], 'value');
for (const path of KEY_PATHS) know(path, 'value');

function know(path: readonly string[], known: Known): void {
  let part = SHAPE;
  for (const name of path.slice(0, -1)) {
    const inner = part.get(name) ?? new Map();
    part.set(name, inner);
    part = inner as Part;
  }
  part.set(path.at(-1) as string, known);
}

/** What neither columns, profile nor key carry, in the message's own nesting; undefined where nothing is left. */
function restOf(fields: Json, part: Part): Json | undefined {
  let rest: Json | undefined;
  let empty = true;
  for (const name in fields) {
    empty = false;
    const value = fields[name];
    const kept = restField(value, part.get(name));
    if (kept === undefined) continue;
    rest ??= {};
    rest[name] = kept;
  }
  return rest ?? (empty ? {} : undefined);
}

function restField(value: unknown, known: Known | undefined): unknown {
  if (known === undefined || value === null) return value;
  if (known === 'value') return undefined;
  if (known === 'number') return typeof value === 'number' ? undefined : value;
  return typeof value === 'object' ? restOf(value as Json, known) : value;
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

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
