/**
 * The fleet in bytes, for operators who negotiated `skein.v1+fleet`: a header, then 28 bytes a drone, little-endian. Names stand once
 * in the `fleet_index` message, records carry their index. Runs in a browser.
 *
 * header, 16 bytes: version u8 · kind u8 · 0 u16 · seq u32 · base time f64 (epoch ms)
 * record: index u32 · latitude i32 · longitude i32 (1e-7°; local frame: east, north in cm) · altitude i32 (cm AMSL; local: up)
 *         · speed u16 (cm/s) · heading u16 (0.01°) · battery u8 · signal u8 (0.5 %) · temperature i16 (0.01 °C)
 *         · flags u8 · status u8 (index of `fleet_index.statuses`) · age u16 (10 ms before the base time)
 *
 * A number that is not known is the type's own sentinel; one beyond its range stands at the range's end, never wrapped.
 */

export const FLEET_PROTOCOL = 'skein.v1+fleet';
export const FLEET_HEADER_BYTES = 16;
export const FLEET_RECORD_BYTES = 28;

const VERSION = 1;

/** `update`: drones that changed; `snapshot`: all that are subscribed. */
export const FLEET_KINDS = ['update', 'snapshot'] as const;
export type FleetKind = (typeof FLEET_KINDS)[number];

/** Half of the last place of each field: what reading back may differ by. */
export const FLEET_QUANTUM = {
  latitudeDeg: 0.5e-7,
  longitudeDeg: 0.5e-7,
  altitudeAmslM: 0.005,
  groundSpeedMps: 0.005,
  headingDeg: 0.005,
  batteryPct: 0.25,
  signalPct: 0.25,
  temperatureC: 0.005,
  timeMs: 5,
} as const;

export interface FleetHeader {
  readonly kind: FleetKind;
  readonly seq: number;
  /** Epoch ms. */
  readonly baseMs: number;
}

/** One drone; a number that is not known is NaN. */
export interface FleetRecord {
  readonly index: number;
  /** The position is in the site's frame (metres east, north, up of its origin), because there is no other. */
  readonly local: boolean;
  /** WGS84 degrees and metres AMSL; metres where `local`. */
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeAmslM: number;
  readonly groundSpeedMps: number;
  readonly headingDeg: number;
  readonly batteryPct: number;
  readonly signalPct: number;
  readonly temperatureC: number;
  readonly armed: boolean;
  /** Some rule holds. */
  readonly troubled: boolean;
  readonly stale: boolean;
  readonly offline: boolean;
  /** Index of `fleet_index.statuses`; 0: none given. */
  readonly status: number;
  /** Event time, epoch ms. */
  readonly timeMs: number;
}

export interface FleetFrame extends FleetHeader {
  readonly records: readonly FleetRecord[];
}

const FLAGS = { local: 1, armed: 2, troubled: 4, stale: 8, offline: 16 } as const;
const NO_I32 = -(2 ** 31);
const MAX_I32 = 2 ** 31 - 1;
const NO_U16 = 0xffff;
const NO_U8 = 0xff;
const NO_I16 = -(2 ** 15);
const MAX_I16 = 2 ** 15 - 1;

/** The value in steps, within [least, most]; `none` for NaN. */
function toSteps(
  value: number,
  perStep: number,
  range: readonly [least: number, most: number],
  none: number,
) {
  if (Number.isNaN(value)) return none;
  return Math.max(range[0], Math.min(range[1], Math.round(value / perStep)));
}

const I32 = [NO_I32 + 1, MAX_I32] as const;
const U16 = [0, NO_U16 - 1] as const;
const HEADING = [0, 35_999] as const;
const HALF_PERCENTS = [0, 200] as const;
const I16 = [NO_I16 + 1, MAX_I16] as const;
const AGES = [0, 0xffff] as const;

const DEGREE_STEP = 1e-7;
const CM = 0.01;
const AGE_STEP_MS = 10;

export function writeFleetHeader(view: DataView, { kind, seq, baseMs }: FleetHeader): void {
  view.setUint8(0, VERSION);
  view.setUint8(1, FLEET_KINDS.indexOf(kind));
  view.setUint16(2, 0, true);
  view.setUint32(4, seq >>> 0, true);
  view.setFloat64(8, baseMs, true);
}

/** Writes 28 bytes at `at`. */
export function writeFleetRecord(view: DataView, at: number, record: FleetRecord, baseMs: number): void {
  const step = record.local ? CM : DEGREE_STEP;
  view.setUint32(at, record.index, true);
  view.setInt32(at + 4, toSteps(record.latitudeDeg, step, I32, NO_I32), true);
  view.setInt32(at + 8, toSteps(record.longitudeDeg, step, I32, NO_I32), true);
  view.setInt32(at + 12, toSteps(record.altitudeAmslM, CM, I32, NO_I32), true);
  view.setUint16(at + 16, toSteps(record.groundSpeedMps, CM, U16, NO_U16), true);
  view.setUint16(at + 18, toHeading(record.headingDeg), true);
  view.setUint8(at + 20, toSteps(record.batteryPct, 0.5, HALF_PERCENTS, NO_U8));
  view.setUint8(at + 21, toSteps(record.signalPct, 0.5, HALF_PERCENTS, NO_U8));
  view.setInt16(at + 22, toSteps(record.temperatureC, CM, I16, NO_I16), true);
  view.setUint8(at + 24, toFlags(record));
  view.setUint8(at + 25, record.status);
  view.setUint16(at + 26, toSteps(baseMs - record.timeMs, AGE_STEP_MS, AGES, 0), true);
}

/** 359.996° is 0°, not 360°. */
function toHeading(headingDeg: number): number {
  if (!Number.isFinite(headingDeg)) return NO_U16;
  const steps = Math.round(headingDeg * 100) % 36_000;
  return toSteps((steps + 36_000) % 36_000, 1, HEADING, NO_U16);
}

function toFlags({ local, armed, troubled, stale, offline }: FleetRecord): number {
  return (
    (local ? FLAGS.local : 0) |
    (armed ? FLAGS.armed : 0) |
    (troubled ? FLAGS.troubled : 0) |
    (stale ? FLAGS.stale : 0) |
    (offline ? FLAGS.offline : 0)
  );
}

/** Undefined: these bytes are no frame of ours. */
export function readFleetFrame(bytes: Uint8Array): FleetFrame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.byteLength - FLEET_HEADER_BYTES;
  if (size < 0 || size % FLEET_RECORD_BYTES !== 0 || view.getUint8(0) !== VERSION) return undefined;
  const kind = FLEET_KINDS[view.getUint8(1)];
  if (kind === undefined) return undefined;
  const baseMs = view.getFloat64(8, true);
  const records = Array.from({ length: size / FLEET_RECORD_BYTES }, (_, at) =>
    readFleetRecord(view, FLEET_HEADER_BYTES + at * FLEET_RECORD_BYTES, baseMs),
  );
  return { kind, seq: view.getUint32(4, true), baseMs, records };
}

const known = (steps: number, none: number, perUnit: number): number =>
  steps === none ? Number.NaN : steps / perUnit;

function readFleetRecord(view: DataView, at: number, baseMs: number): FleetRecord {
  const flags = view.getUint8(at + 24);
  const local = (flags & FLAGS.local) !== 0;
  const perUnit = local ? 100 : 1e7;
  return {
    index: view.getUint32(at, true),
    local,
    latitudeDeg: known(view.getInt32(at + 4, true), NO_I32, perUnit),
    longitudeDeg: known(view.getInt32(at + 8, true), NO_I32, perUnit),
    altitudeAmslM: known(view.getInt32(at + 12, true), NO_I32, 100),
    groundSpeedMps: known(view.getUint16(at + 16, true), NO_U16, 100),
    headingDeg: known(view.getUint16(at + 18, true), NO_U16, 100),
    batteryPct: known(view.getUint8(at + 20), NO_U8, 2),
    signalPct: known(view.getUint8(at + 21), NO_U8, 2),
    temperatureC: known(view.getInt16(at + 22, true), NO_I16, 100),
    armed: (flags & FLAGS.armed) !== 0,
    troubled: (flags & FLAGS.troubled) !== 0,
    stale: (flags & FLAGS.stale) !== 0,
    offline: (flags & FLAGS.offline) !== 0,
    status: view.getUint8(at + 25),
    timeMs: baseMs - view.getUint16(at + 26, true) * AGE_STEP_MS,
  };
}
