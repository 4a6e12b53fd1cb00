import type { Parsed, Reading, Triple } from './recording.ts';
import { type Row, readUlog, type Topic, type UlogFile } from './ulog-reader.ts';

/** A PX4 flight: positions from the best topic there is, everything else from its own, in PX4's field names old and new. */

const TOPICS = new Set([
  ...[
    'vehicle_global_position',
    'vehicle_gps_position',
    'sensor_gps',
    'vehicle_local_position',
    'battery_status',
  ],
  ...[
    'vehicle_attitude',
    'sensor_combined',
    'vehicle_magnetometer',
    'vehicle_status',
    'radio_status',
    'input_rc',
  ],
  ...['mission_result'],
]);

/** Fast topics are thinned: a message is made ten times a second. */
const MIN_GAP_US = 20_000;
const NANO = 1e-7;
/** A timestamp beyond this is a date (2001), not a time since boot. */
const UTC_FROM_US = 1e15;

export function parseUlog(bytes: Uint8Array): Parsed {
  const file = readUlog(bytes, TOPICS);
  const readings = [
    ...positions(file),
    ...batteries(file),
    ...signals(file),
    ...each(file, 'vehicle_local_position', toMotion),
    ...each(file, 'vehicle_attitude', toHeading),
    ...each(file, 'sensor_combined', toInertial),
    ...each(file, 'vehicle_magnetometer', toField),
    ...each(file, 'vehicle_status', toStatus),
    ...each(file, 'mission_result', (row) => ({ waypoint: get(row, 'seq_current') })),
  ];
  return {
    format: 'ulog',
    droneId: undefined,
    model: file.information.get('ver_hw'),
    readings,
    epochOffsetMs: epochOffset(file),
    notes: file.truncated ? ['the file ends in the middle of a message; what comes before is used'] : [],
  };
}

type Values = { readonly [K in keyof Omit<Reading, 'timeMs'>]?: Reading[K] | undefined };

const get = (row: Row, ...names: readonly string[]): number | undefined => {
  for (const name of names) {
    const value = row.get(name);
    if (value !== undefined && Number.isFinite(value)) return value;
  }
  return undefined;
};

const topicsOf = (file: UlogFile, name: string): Topic[] =>
  file.topics
    .filter((topic) => topic.name === name && topic.rows.length > 0)
    .sort((a, b) => a.instance - b.instance);

/** The first instance's rows as readings, thinned; undefined values are left out. */
function each(file: UlogFile, name: string, toValues: (row: Row) => Values | undefined): Reading[] {
  return readRows(topicsOf(file, name)[0]?.rows ?? [], toValues);
}

function readRows(rows: readonly Row[], toValues: (row: Row) => Values | undefined): Reading[] {
  const readings: Reading[] = [];
  let lastUs = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const timeUs = row.get('timestamp');
    if (timeUs === undefined || timeUs - lastUs < MIN_GAP_US) continue;
    const values = toValues(row);
    if (!values) continue;
    lastUs = timeUs;
    readings.push(toReading(timeUs / 1000, values));
  }
  return readings;
}

function toReading(timeMs: number, values: Values): Reading {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return { timeMs, ...Object.fromEntries(known) };
}

/** Fused global position, else the receiver's, else the local estimate. */
function positions(file: UlogFile): Reading[] {
  for (const name of ['vehicle_global_position', 'vehicle_gps_position', 'sensor_gps'])
    for (const topic of topicsOf(file, name)) {
      const readings = readRows(topic.rows, toGlobal);
      if (readings.length > 1) return readings;
    }
  return each(file, 'vehicle_local_position', toLocal);
}

/** Degrees as doubles; the receiver's older topic has 1e-7 degrees and millimetres. */
function toGlobal(row: Row): Values | undefined {
  const latitude = get(row, 'latitude_deg', 'lat');
  const longitude = get(row, 'longitude_deg', 'lon');
  const altitude = get(row, 'altitude_msl_m', 'alt');
  const fix = get(row, 'fix_type');
  if (latitude === undefined || longitude === undefined || (fix !== undefined && fix < 2)) return undefined;
  const old = Math.abs(latitude) > 90 || Math.abs(longitude) > 180;
  const speed = get(row, 'vel_m_s');
  return {
    latitudeDeg: old ? latitude * NANO : latitude,
    longitudeDeg: old ? longitude * NANO : longitude,
    altitudeAmslM: old && altitude !== undefined ? altitude / 1000 : altitude,
    ...(speed !== undefined && { speedMps: speed }),
  };
}

/** North, east, down becomes east, north, up. */
function toLocal(row: Row): Values | undefined {
  const [north, east, down] = [get(row, 'x'), get(row, 'y'), get(row, 'z')];
  if (north === undefined || east === undefined || down === undefined) return undefined;
  return { local: { x: east, y: north, z: -down } };
}

function toMotion(row: Row): Values | undefined {
  const [north, east, heading] = [get(row, 'vx'), get(row, 'vy'), get(row, 'heading')];
  const speedMps = north === undefined || east === undefined ? undefined : Math.hypot(north, east);
  return { speedMps, ...(heading !== undefined && { headingDeg: toCompass(heading) }) };
}

const toCompass = (rad: number): number => ((rad * 180) / Math.PI + 360) % 360;

function toHeading(row: Row): Values | undefined {
  const [w, x, y, z] = [get(row, 'q[0]'), get(row, 'q[1]'), get(row, 'q[2]'), get(row, 'q[3]')];
  if (w === undefined || x === undefined || y === undefined || z === undefined) return undefined;
  return { headingDeg: toCompass(Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))) };
}

/** Forward, right, down becomes forward, left, up. */
function turned(row: Row, field: string, scale: number): Triple | undefined {
  const [x, y, z] = [get(row, `${field}[0]`), get(row, `${field}[1]`), get(row, `${field}[2]`)];
  return x === undefined || y === undefined || z === undefined
    ? undefined
    : { x: x * scale, y: -y * scale, z: -z * scale };
}

const toInertial = (row: Row): Values => ({
  accelerometer: turned(row, 'accelerometer_m_s2', 1),
  gyroscope: turned(row, 'gyro_rad', 1),
});

const UT_PER_GAUSS = 100;
const toField = (row: Row): Values => ({ magnetometer: turned(row, 'magnetometer_ga', UT_PER_GAUSS) });

/** vehicle_status.nav_state */
const NAVIGATION: Readonly<Record<number, string>> = {
  3: 'mission',
  4: 'loiter',
  5: 'rtl',
  12: 'landing',
  13: 'emergency_landing',
  17: 'takeoff',
  18: 'landing',
  20: 'landing',
  22: 'takeoff',
};
const ARMED = 2;

function toStatus(row: Row): Values {
  const armed = get(row, 'arming_state') === ARMED;
  const status = armed ? (NAVIGATION[get(row, 'nav_state') ?? -1] ?? 'flying') : 'disarmed';
  return { armed, status };
}

/** Of several packs the emptiest decides; 0 or less is "not measured". */
function batteries(file: UlogFile): Reading[] {
  const packs = topicsOf(file, 'battery_status').map((topic) => readRows(topic.rows, toBattery));
  const known = packs.filter((pack) => pack.length > 0);
  return known.sort((a, b) => lowest(a) - lowest(b))[0] ?? [];
}

const lowest = (pack: readonly Reading[]): number =>
  Math.min(...pack.map(({ batteryPct = 100 }) => batteryPct));

function toBattery(row: Row): Values | undefined {
  const remaining = get(row, 'remaining');
  if (remaining === undefined || remaining <= 0 || get(row, 'connected') === 0) return undefined;
  return { batteryPct: Math.min(1, remaining) * 100, temperatureC: get(row, 'temperature') };
}

/** SiK radios count 0–254, RC receivers percent; 255 is unknown. */
function signals(file: UlogFile): Reading[] {
  const radio = each(file, 'radio_status', (row) => scaled(get(row, 'rssi'), 254));
  return radio.length > 0 ? radio : each(file, 'input_rc', (row) => scaled(get(row, 'rssi'), 100));
}

function scaled(rssi: number | undefined, full: number): Values | undefined {
  return rssi === undefined || rssi <= 0 || rssi > full ? undefined : { signalPct: (100 * rssi) / full };
}

/** From time since boot to the date, by the receiver's UTC; a log whose own clock is a date needs nothing. */
function epochOffset(file: UlogFile): number | undefined {
  for (const topic of file.topics)
    for (const row of topic.rows) {
      const timeUs = row.get('timestamp');
      const utcUs = row.get('time_utc_usec');
      if (timeUs === undefined) continue;
      if (timeUs > UTC_FROM_US && topic.name.startsWith('vehicle_')) return 0;
      if (utcUs !== undefined && utcUs > UTC_FROM_US) return (utcUs - timeUs) / 1000;
    }
  return undefined;
}
