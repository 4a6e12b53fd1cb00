/** MAVLink 1 and 2 packets, as far as a flight's telemetry needs them (mavlink.io, "Packet Serialization"). */

export interface Packet {
  readonly messageId: number;
  readonly systemId: number;
  readonly componentId: number;
  /** Padded with zeros to the message's full length: version 2 leaves trailing zeros out. */
  readonly payload: DataView;
  /** Bytes on the wire. */
  readonly bytes: number;
}

const START_1 = 0xfe;
const START_2 = 0xfd;
const SIGNED = 0x01;
const SIGNATURE_BYTES = 13;

/** The messages that are understood: id, payload bytes without extensions, CRC_EXTRA. */
export const MESSAGE = {
  heartbeat: 0,
  sysStatus: 1,
  gpsRawInt: 24,
  scaledImu: 26,
  rawImu: 27,
  attitude: 30,
  globalPositionInt: 33,
  missionCurrent: 42,
  vfrHud: 74,
  radioStatus: 109,
  batteryStatus: 147,
  radio: 166,
} as const;

const KNOWN: ReadonlyMap<number, { readonly bytes: number; readonly extra: number }> = new Map([
  [MESSAGE.heartbeat, { bytes: 9, extra: 50 }],
  [MESSAGE.sysStatus, { bytes: 31, extra: 124 }],
  [MESSAGE.gpsRawInt, { bytes: 30, extra: 24 }],
  [MESSAGE.scaledImu, { bytes: 22, extra: 170 }],
  [MESSAGE.rawImu, { bytes: 26, extra: 144 }],
  [MESSAGE.attitude, { bytes: 28, extra: 39 }],
  [MESSAGE.globalPositionInt, { bytes: 28, extra: 104 }],
  [MESSAGE.missionCurrent, { bytes: 2, extra: 28 }],
  [MESSAGE.vfrHud, { bytes: 20, extra: 20 }],
  [MESSAGE.radioStatus, { bytes: 9, extra: 185 }],
  [MESSAGE.batteryStatus, { bytes: 36, extra: 154 }],
  [MESSAGE.radio, { bytes: 9, extra: 21 }],
]);

/**
 * The packet at an offset, or undefined when there is none: another start byte, cut off, or a known message whose
 * checksum is wrong. Unknown messages cannot be checked and are given by their frame.
 */
export function readPacket(bytes: Uint8Array, at: number): Packet | undefined {
  const start = bytes[at];
  if (start !== START_1 && start !== START_2) return undefined;
  const version2 = start === START_2;
  const header = version2 ? 10 : 6;
  const length = bytes[at + 1] ?? 0;
  const signature = version2 && ((bytes[at + 2] ?? 0) & SIGNED) !== 0 ? SIGNATURE_BYTES : 0;
  const total = header + length + 2 + signature;
  if (at + total > bytes.length) return undefined;
  const from = at + (version2 ? 5 : 3);
  const messageId = version2
    ? byte(bytes, at + 7) | (byte(bytes, at + 8) << 8) | (byte(bytes, at + 9) << 16)
    : byte(bytes, at + 5);
  const known = KNOWN.get(messageId);
  if (known && !isWhole(bytes, at, header + length, known.extra)) return undefined;
  return {
    messageId,
    systemId: byte(bytes, from),
    componentId: byte(bytes, from + 1),
    payload: padded(bytes.subarray(at + header, at + header + length), known?.bytes ?? 0),
    bytes: total,
  };
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;

function padded(payload: Uint8Array, bytes: number): DataView {
  const full = new Uint8Array(Math.max(bytes, payload.length));
  full.set(payload);
  return new DataView(full.buffer);
}

/** CRC-16/MCRF4XX over all but the start byte, closed by the message's CRC_EXTRA. */
function isWhole(bytes: Uint8Array, at: number, covered: number, extra: number): boolean {
  let crc = 0xffff;
  for (let k = 1; k < covered; k++) crc = accumulate(crc, byte(bytes, at + k));
  crc = accumulate(crc, extra);
  return byte(bytes, at + covered) === (crc & 0xff) && byte(bytes, at + covered + 1) === crc >> 8;
}

function accumulate(crc: number, value: number): number {
  let mixed = (value ^ crc) & 0xff;
  mixed = (mixed ^ (mixed << 4)) & 0xff;
  return ((crc >> 8) ^ (mixed << 8) ^ (mixed << 3) ^ (mixed >> 4)) & 0xffff;
}
