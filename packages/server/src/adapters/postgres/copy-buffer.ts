import { channels, type ProjectedSample } from '@skein/core';
import { VALUE_COLUMNS } from '../stored-row.ts';

/** Rows in PostgreSQL's binary COPY format ("COPY", section Binary Format): it parses no text, so it costs it least. */

export const COPY_COLUMNS = [
  ...[
    'session_ref',
    'place',
    'drone_ref',
    '"time"',
    'received_at',
    'profile_ref',
    'channel',
    'verbatim',
    'rest',
  ],
  ...VALUE_COLUMNS,
].join(', ');

export interface CopyRow {
  readonly sample: ProjectedSample;
  readonly sessionRef: number;
  readonly droneRef: number;
  readonly profileRef: number;
}

/** PostgreSQL counts from 2000-01-01. */
const EPOCH_2000_US = 946_684_800_000_000;
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const FIELD_COUNT = 9 + VALUE_COLUMNS.length;
/** Length word and eight bytes for every field, and the count of fields. */
const FIXED_BYTES = 2 + FIELD_COUNT * 12;
const TRAILER_BYTES = 2;
const TWO_32 = 2 ** 32;
const NULL_LENGTH = -1;
const JSONB_VERSION = 1;

export function toCopyBuffer(rows: readonly CopyRow[]): Buffer {
  const writer = new CopyWriter(sizeOf(rows));
  for (const row of rows) writer.row(row);
  return writer.end();
}

/** UTF-8 takes at most three bytes for each UTF-16 unit. */
function sizeOf(rows: readonly CopyRow[]): number {
  let bytes = SIGNATURE.length + TRAILER_BYTES;
  for (const { sample } of rows) bytes += FIXED_BYTES + 3 * (sample.rest?.length ?? 0);
  return bytes;
}

class CopyWriter {
  readonly #buffer: Buffer;
  readonly #view: DataView;
  #at = SIGNATURE.length;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafe(bytes);
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, bytes);
    SIGNATURE.copy(this.#buffer);
  }

  row({ sample, sessionRef, droneRef, profileRef }: CopyRow): void {
    this.#view.setInt16(this.#at, FIELD_COUNT);
    this.#at += 2;
    this.#int8(sessionRef);
    this.#int8(sample.place);
    this.#int8(droneRef);
    this.#int8(sample.timeUs - EPOCH_2000_US);
    this.#int8(sample.receivedAtMs * 1000 - EPOCH_2000_US);
    this.#int8(profileRef);
    this.#int2(channels.indexOf(sample.channel));
    this.#bool(sample.verbatim);
    this.#jsonb(sample.rest);
    const { values } = sample;
    for (let at = 0; at < VALUE_COLUMNS.length; at += 1) this.#float8(values[at]);
  }

  end(): Buffer {
    this.#view.setInt16(this.#at, -1);
    return this.#buffer.subarray(0, this.#at + TRAILER_BYTES);
  }

  #length(bytes: number): void {
    this.#view.setInt32(this.#at, bytes);
    this.#at += 4;
  }

  #int8(value: number): void {
    this.#length(8);
    const high = Math.floor(value / TWO_32);
    this.#view.setInt32(this.#at, high);
    this.#view.setUint32(this.#at + 4, value - high * TWO_32);
    this.#at += 8;
  }

  #float8(value: number | null | undefined): void {
    if (value === null || value === undefined) {
      this.#length(NULL_LENGTH);
      return;
    }
    this.#length(8);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  #int2(value: number): void {
    this.#length(2);
    this.#view.setInt16(this.#at, value);
    this.#at += 2;
  }

  #bool(value: boolean): void {
    this.#length(1);
    this.#view.setUint8(this.#at, value ? 1 : 0);
    this.#at += 1;
  }

  #jsonb(json: string | null): void {
    if (json === null) {
      this.#length(NULL_LENGTH);
      return;
    }
    const bytes = this.#buffer.write(json, this.#at + 5, 'utf8');
    this.#length(bytes + 1);
    this.#view.setUint8(this.#at, JSONB_VERSION);
    this.#at += 1 + bytes;
  }
}
