import { toFingerprint, toRecording } from './assemble.ts';
import { parseCsv, type TableOptions } from './csv.ts';
import { isDroneDeploy, parseDji } from './dji.ts';
import { type Parsed, type Recording, RecordingError } from './recording.ts';
import { isTlog, parseTlog } from './tlog.ts';
import { parseUlog } from './ulog.ts';

const MAX_RECORDING_BYTES = 512 * 1024 * 1024;

/**
 * A recorded flight from a file's bytes, whatever it is: PX4 ULog, MAVLink telemetry log, DroneDeploy's DJI log, or a
 * table with a header. Throws a RecordingError that says what was found instead.
 */
export function parseRecording(bytes: Uint8Array, name: string, options: TableOptions = {}): Recording {
  if (bytes.length === 0) throw new RecordingError(`${name} is empty`);
  if (bytes.length > MAX_RECORDING_BYTES) throw new RecordingError(`${name} is larger than 512 MiB`);
  try {
    return toRecording(parse(bytes, name, options), name, toFingerprint(bytes));
  } catch (error) {
    if (!(error instanceof RecordingError) || error.message.startsWith(name)) throw error;
    throw new RecordingError(`${name}: ${error.message}`, { cause: error });
  }
}

const ULOG = [0x55, 0x4c, 0x6f, 0x67];
const DATAFLASH = [0xa3, 0x95];
const GZIP = [0x1f, 0x8b];

const begins = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, k) => bytes[k] === byte);

function parse(bytes: Uint8Array, name: string, options: TableOptions): Parsed {
  if (begins(bytes, ULOG) || /\.ulg$|\.ulog$/i.test(name)) return parseUlog(bytes);
  if (/\.tlog$/i.test(name) || isTlog(bytes)) return parseTlog(bytes);
  if (begins(bytes, DATAFLASH))
    throw new RecordingError('an ArduPilot dataflash log (.bin): use the .tlog of the flight');
  if (begins(bytes, GZIP)) throw new RecordingError('a gzip file: unpack it first');
  const text = toText(bytes);
  return isDroneDeploy(text) ? parseDji(text) : parseCsv(text, options);
}

const PROBE_BYTES = 4096;

function toText(bytes: Uint8Array): string {
  if (begins(bytes, [0xff, 0xfe])) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes.subarray(0, PROBE_BYTES).includes(0))
    throw new RecordingError('neither text nor a log Skein knows (ULog, MAVLink tlog, DroneDeploy, CSV)');
  return new TextDecoder().decode(bytes);
}
