import { RecordingError } from './recording.ts';

/**
 * PX4's ULog, read straight through: definitions, subscriptions, data (docs.px4.io, "ULog File Format"). Only the topics
 * that are wanted are decoded. A file that ends in the middle (the battery was pulled) gives what it has.
 */

const MAGIC = [0x55, 0x4c, 0x6f, 0x67, 0x01, 0x12, 0x35];
const HEADER_BYTES = 16;

export type Row = ReadonlyMap<string, number>;

export interface Topic {
  readonly name: string;
  readonly instance: number;
  readonly rows: Row[];
}

export interface UlogFile {
  readonly information: ReadonlyMap<string, string>;
  readonly topics: readonly Topic[];
  /** True when the last message is cut off or unreadable. */
  readonly truncated: boolean;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
}

interface Layout {
  readonly fields: Field[];
  offset: number;
  depth: number;
}

/** A format may hold others; a broken file must not make it endless. */
const MAX_DEPTH = 4;
const MAX_ARRAY = 256;

interface Subscription {
  readonly topic: Topic;
  readonly fields: readonly Field[];
}

type Getter = (view: DataView, offset: number) => number;
const PRIMITIVES: Readonly<Record<string, { readonly bytes: number; readonly get: Getter }>> = {
  int8_t: { bytes: 1, get: (view, offset) => view.getInt8(offset) },
  uint8_t: { bytes: 1, get: (view, offset) => view.getUint8(offset) },
  bool: { bytes: 1, get: (view, offset) => view.getUint8(offset) },
  char: { bytes: 1, get: (view, offset) => view.getUint8(offset) },
  int16_t: { bytes: 2, get: (view, offset) => view.getInt16(offset, true) },
  uint16_t: { bytes: 2, get: (view, offset) => view.getUint16(offset, true) },
  int32_t: { bytes: 4, get: (view, offset) => view.getInt32(offset, true) },
  uint32_t: { bytes: 4, get: (view, offset) => view.getUint32(offset, true) },
  float: { bytes: 4, get: (view, offset) => view.getFloat32(offset, true) },
  double: { bytes: 8, get: (view, offset) => view.getFloat64(offset, true) },
  // Microseconds since 1970 stay exact below 2^53.
  int64_t: { bytes: 8, get: (view, offset) => Number(view.getBigInt64(offset, true)) },
  uint64_t: { bytes: 8, get: (view, offset) => Number(view.getBigUint64(offset, true)) },
};

/** Reads the topics of the given names. Throws a RecordingError when the bytes are not a ULog. */
export function readUlog(bytes: Uint8Array, wanted: ReadonlySet<string>): UlogFile {
  if (bytes.length < HEADER_BYTES || MAGIC.some((byte, k) => bytes[k] !== byte)) {
    const begin = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new RecordingError(`not a ULog file: it begins with ${begin || 'nothing'}, not with "ULog"`);
  }
  const reader = new Reader(bytes, wanted);
  reader.read();
  return reader;
}

const LETTER = { format: 0x46, information: 0x49, add: 0x41, data: 0x44 };
const text = new TextDecoder();

class Reader implements UlogFile {
  readonly information = new Map<string, string>();
  readonly topics: Topic[] = [];
  truncated = false;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #wanted: ReadonlySet<string>;
  readonly #formats = new Map<string, string>();
  readonly #subscriptions = new Map<number, Subscription>();

  constructor(bytes: Uint8Array, wanted: ReadonlySet<string>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#wanted = wanted;
  }

  read(): void {
    let at = HEADER_BYTES;
    while (at + 3 <= this.#bytes.length) {
      const size = this.#view.getUint16(at, true);
      const end = at + 3 + size;
      if (end > this.#bytes.length) break;
      this.#message(this.#bytes[at + 2] as number, at + 3, end);
      at = end;
    }
    this.truncated = at !== this.#bytes.length;
  }

  #message(type: number, from: number, end: number): void {
    if (type === LETTER.data) this.#data(from, end);
    else if (type === LETTER.add && end - from > 3) this.#add(from, end);
    else if (type === LETTER.format) this.#format(this.#text(from, end));
    else if (type === LETTER.information) this.#inform(from, end);
  }

  #text(from: number, end: number): string {
    return text.decode(this.#bytes.subarray(from, end));
  }

  #format(definition: string): void {
    const colon = definition.indexOf(':');
    if (colon > 0) this.#formats.set(definition.slice(0, colon), definition.slice(colon + 1));
  }

  /** "char[n] key" and its value; the numbers among them are not needed. */
  #inform(from: number, end: number): void {
    const valueAt = from + 1 + (this.#bytes[from] ?? 0);
    const key = this.#text(from + 1, Math.min(valueAt, end));
    if (key.startsWith('char[') && valueAt <= end)
      this.information.set(key.slice(key.indexOf(' ') + 1), this.#text(valueAt, end).replaceAll('\0', ''));
  }

  #add(from: number, end: number): void {
    const name = this.#text(from + 3, end);
    if (!this.#wanted.has(name)) return;
    const topic: Topic = { name, instance: this.#bytes[from] as number, rows: [] };
    const fields: Field[] = [];
    this.#lay(name, '', { fields, offset: 0, depth: 0 });
    this.topics.push(topic);
    this.#subscriptions.set(this.#view.getUint16(from + 1, true), { topic, fields });
  }

  /** Lays the fields of a format out one after another; nested ones as "outer.inner", arrays as "name[0]". */
  #lay(format: string, prefix: string, layout: Layout): void {
    for (const part of (this.#formats.get(format) ?? '').split(';')) {
      const match = /^([A-Za-z0-9_]+)(?:\[(\d+)\])? (.+)$/.exec(part.trim());
      if (!match) continue;
      const [, type = '', count, name = ''] = match;
      const times = Math.min(MAX_ARRAY, Number(count ?? 1));
      for (let k = 0; k < times; k++)
        this.#place(type, `${prefix}${name}${count === undefined ? '' : `[${k}]`}`, layout);
    }
  }

  #place(type: string, name: string, layout: Layout): void {
    const primitive = PRIMITIVES[type];
    if (primitive) {
      layout.fields.push({ name, type, offset: layout.offset });
      layout.offset += primitive.bytes;
    } else if (layout.depth < MAX_DEPTH) {
      layout.depth += 1;
      this.#lay(type, `${name}.`, layout);
      layout.depth -= 1;
    }
  }

  /** Trailing padding is not written, so that a row may be shorter than its format: fields beyond its end are absent. */
  #data(from: number, end: number): void {
    if (end - from < 2) return;
    const subscription = this.#subscriptions.get(this.#view.getUint16(from, true));
    if (!subscription) return;
    const start = from + 2;
    const row = new Map<string, number>();
    for (const { name, type, offset } of subscription.fields) {
      const primitive = PRIMITIVES[type];
      if (primitive && start + offset + primitive.bytes <= end)
        row.set(name, primitive.get(this.#view, start + offset));
    }
    subscription.topic.rows.push(row);
  }
}
