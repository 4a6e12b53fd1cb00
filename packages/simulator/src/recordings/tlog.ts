import { MESSAGE, type Packet, readPacket } from './mavlink.ts';
import { type Parsed, type Reading, RecordingError } from './recording.ts';

/** A ground station's telemetry log: eight bytes of big-endian microseconds and a raw MAVLink packet, again and again. */

const STAMP_BYTES = 8;
/** 2001 and 2100: what is outside is no stamp. */
const OLDEST_US = 1e15;
const NEWEST_US = 4.1e15;
const GCS_TYPE = 6;
const NO_AUTOPILOT = 8;
const ARDUPILOT = 3;
const ARMED_FLAG = 0x80;

interface Stamped {
  readonly timeMs: number;
  readonly packet: Packet;
}

export const isTlog = (bytes: Uint8Array): boolean => readStamped(bytes, 0) !== undefined;

/** Throws a RecordingError when the bytes are not a telemetry log or no vehicle speaks in it. */
export function parseTlog(bytes: Uint8Array): Parsed {
  if (!isTlog(bytes))
    throw new RecordingError('not a MAVLink telemetry log: no time stamp and packet at its start');
  const { packets, skipped } = readAll(bytes);
  const vehicle = findVehicle(packets);
  if (!vehicle) throw new RecordingError('a MAVLink log without a vehicle’s heartbeat');
  const readings = packets.flatMap(({ timeMs, packet }) => {
    const values = toValues(packet, vehicle);
    return values ? [{ timeMs, ...values }] : [];
  });
  return {
    format: 'tlog',
    droneId: undefined,
    model: VEHICLES[vehicle.type],
    readings,
    epochOffsetMs: 0,
    notes: skipped > 0 ? [`${skipped} bytes that are no packet were skipped`] : [],
  };
}

function readStamped(bytes: Uint8Array, at: number): Stamped | undefined {
  if (at + STAMP_BYTES + STAMP_BYTES > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, STAMP_BYTES);
  const timeUs = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
  if (timeUs < OLDEST_US || timeUs > NEWEST_US) return undefined;
  const packet = readPacket(bytes, at + STAMP_BYTES);
  return packet && { timeMs: timeUs / 1000, packet };
}

/** After a broken record the next whole one is searched for, byte by byte. */
function readAll(bytes: Uint8Array): { packets: Stamped[]; skipped: number } {
  const packets: Stamped[] = [];
  let skipped = 0;
  let at = 0;
  while (at < bytes.length) {
    const stamped = readStamped(bytes, at);
    if (stamped) packets.push(stamped);
    else skipped += 1;
    at += stamped ? STAMP_BYTES + stamped.packet.bytes : 1;
  }
  return { packets, skipped };
}

interface Vehicle {
  readonly systemId: number;
  readonly type: number;
  readonly ardupilot: boolean;
}

/** The first system whose heartbeat is an autopilot's: ground stations, gimbals and radios speak too. */
function findVehicle(packets: readonly Stamped[]): Vehicle | undefined {
  for (const { packet } of packets) {
    if (packet.messageId !== MESSAGE.heartbeat) continue;
    const type = packet.payload.getUint8(4);
    const autopilot = packet.payload.getUint8(5);
    if (type === GCS_TYPE || autopilot === NO_AUTOPILOT) continue;
    return { systemId: packet.systemId, type, ardupilot: autopilot === ARDUPILOT };
  }
  return undefined;
}

/** MAV_TYPE */
const VEHICLES: Readonly<Record<number, string>> = {
  1: 'Fixed wing',
  2: 'Quadrotor',
  3: 'Coaxial helicopter',
  4: 'Helicopter',
  10: 'Rover',
  13: 'Hexarotor',
  14: 'Octorotor',
  15: 'Tricopter',
  19: 'VTOL',
  20: 'VTOL',
  21: 'VTOL',
  22: 'VTOL',
};

type Values = Omit<Reading, 'timeMs'>;
type Decode = (payload: DataView, vehicle: Vehicle) => Values | undefined;

function toValues({ messageId, systemId, payload }: Packet, vehicle: Vehicle): Values | undefined {
  // Radios have an id of their own and stand for the link.
  const radio = messageId === MESSAGE.radio || messageId === MESSAGE.radioStatus;
  return radio || systemId === vehicle.systemId ? DECODE[messageId]?.(payload, vehicle) : undefined;
}

const E7 = 1e-7;
const toCompass = (rad: number): number => ((rad * 180) / Math.PI + 360) % 360;

const DECODE: Readonly<Record<number, Decode>> = {
  [MESSAGE.heartbeat]: toStatus,
  [MESSAGE.sysStatus]: (payload) => toBattery(payload.getInt8(30)),
  [MESSAGE.batteryStatus]: (payload) => {
    const temperature = payload.getInt16(8, true);
    const known = temperature !== 0x7fff && temperature !== 0;
    return payload.getUint8(32) === 0
      ? { ...toBattery(payload.getInt8(35)), ...(known && { temperatureC: temperature / 100 }) }
      : undefined;
  },
  [MESSAGE.globalPositionInt]: toPosition,
  [MESSAGE.vfrHud]: (payload) => ({
    speedMps: payload.getFloat32(4, true),
    headingDeg: (payload.getInt16(16, true) + 360) % 360,
  }),
  [MESSAGE.attitude]: (payload) => ({ headingDeg: toCompass(payload.getFloat32(12, true)) }),
  [MESSAGE.scaledImu]: (payload) => toInertial(payload, 4),
  // Raw in name; ArduPilot fills it with the scaled units.
  [MESSAGE.rawImu]: (payload, { ardupilot }) => (ardupilot ? toInertial(payload, 8) : undefined),
  [MESSAGE.missionCurrent]: (payload) => ({ waypoint: payload.getUint16(0, true) }),
  [MESSAGE.radio]: (payload) => toSignal(payload.getUint8(4)),
  [MESSAGE.radioStatus]: (payload) => toSignal(payload.getUint8(4)),
};

function toStatus(payload: DataView, { ardupilot, type }: Vehicle): Values {
  const armed = (payload.getUint8(6) & ARMED_FLAG) !== 0;
  const copter = ardupilot && type !== 1 && type !== 10;
  const mode = copter ? COPTER_MODES[payload.getUint32(0, true)] : undefined;
  return { armed, status: armed ? (mode ?? 'flying') : 'disarmed' };
}

/** ArduCopter's custom_mode, where it says more than "flying". */
const COPTER_MODES: Readonly<Record<number, string>> = {
  3: 'mission',
  5: 'loiter',
  6: 'rtl',
  9: 'landing',
  16: 'hold',
  17: 'hold',
  21: 'rtl',
};

/** −1 is unknown. */
const toBattery = (remaining: number): Values | undefined =>
  remaining < 0 || remaining > 100 ? undefined : { batteryPct: remaining };

function toPosition(payload: DataView): Values | undefined {
  const latitudeDeg = payload.getInt32(4, true) * E7;
  const longitudeDeg = payload.getInt32(8, true) * E7;
  if (latitudeDeg === 0 && longitudeDeg === 0) return undefined;
  const heading = payload.getUint16(26, true);
  return {
    latitudeDeg,
    longitudeDeg,
    altitudeAmslM: payload.getInt32(12, true) / 1000,
    altitudeRelM: payload.getInt32(16, true) / 1000,
    speedMps: Math.hypot(payload.getInt16(20, true), payload.getInt16(22, true)) / 100,
    ...(heading !== 0xffff && { headingDeg: (heading / 100) % 360 }),
  };
}

/** mG, mrad/s and mGauss in forward, right, down become m/s², rad/s and µT in forward, left, up. */
function toInertial(payload: DataView, at: number): Values {
  const triple = (offset: number, scale: number) => ({
    x: payload.getInt16(at + offset, true) * scale,
    y: -payload.getInt16(at + offset + 2, true) * scale,
    z: -payload.getInt16(at + offset + 4, true) * scale,
  });
  return { accelerometer: triple(0, 9.80665e-3), gyroscope: triple(6, 1e-3), magnetometer: triple(12, 0.1) };
}

/** RSSI 0–254, 255 unknown. */
const toSignal = (rssi: number): Values | undefined =>
  rssi === 255 ? undefined : { signalPct: (100 * rssi) / 254 };
