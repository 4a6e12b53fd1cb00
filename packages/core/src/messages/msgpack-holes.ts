import { DATE_BYTES, type Holes, TIME_BYTES, type Token } from './telemetry-holes.ts';

/** The same holes in a MessagePack map (https://github.com/msgpack/msgpack/blob/master/spec.md). */

const FLOAT_32 = 0xca;
const FLOAT_64 = 0xcb;
const UINT_8 = 0xcc;
const INT_8 = 0xd0;
const TWO_32 = 4_294_967_296;

const scratch = new Uint8Array(8);
const scratchView = new DataView(scratch.buffer);

/** The number that was read last. */
export let msgpackNumber = 0;

/** Any MessagePack number into `msgpackNumber`; returns where it ends, or -1 where there is none. */
export function readMsgpackNumber(bytes: Uint8Array, at: number): number {
  const type = bytes[at];
  if (type === undefined) return -1;
  if (type <= 0x7f || type >= 0xe0) {
    msgpackNumber = type <= 0x7f ? type : type - 256;
    return at + 1;
  }
  if (type < FLOAT_32 || type > INT_8 + 3) return -1;
  const size = type <= FLOAT_64 ? 4 << (type - FLOAT_32) : 1 << ((type - UINT_8) & 3);
  if (at + 1 + size > bytes.length) return -1;
  for (let index = 0; index < size; index += 1) scratch[index] = bytes[at + 1 + index] as number;
  msgpackNumber = readScratch(type);
  return at + 1 + size;
}

function readScratch(type: number): number {
  switch (type) {
    case FLOAT_32:
      return scratchView.getFloat32(0);
    case FLOAT_64:
      return scratchView.getFloat64(0);
    case UINT_8:
      return scratchView.getUint8(0);
    case UINT_8 + 1:
      return scratchView.getUint16(0);
    case UINT_8 + 2:
      return scratchView.getUint32(0);
    case UINT_8 + 3:
      return scratchView.getUint32(0) * TWO_32 + scratchView.getUint32(4);
    case INT_8:
      return scratchView.getInt8(0);
    case INT_8 + 1:
      return scratchView.getInt16(0);
    case INT_8 + 2:
      return scratchView.getInt32(0);
    default:
      return scratchView.getInt32(0) * TWO_32 + scratchView.getUint32(4);
  }
}

/**
 * The holes of the map that begins at `start`, in bytes that are known to be MessagePack. Undefined where there is anything a
 * template cannot hold: lists, binaries, extensions, text beyond ASCII, a key twice in one map.
 */
export function findMsgpackHoles(bytes: Uint8Array, start: number): Holes | undefined {
  const scan = new MsgpackScan(bytes);
  const end = scan.map(start, '');
  return end === undefined ? undefined : { holes: scan.holes, end };
}

interface Text {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

class MsgpackScan {
  readonly holes: Token[] = [];
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where the map that begins at `at` ends. */
  map(at: number, parent: string): number | undefined {
    const size = this.#mapSize(at);
    if (size === undefined) return undefined;
    const keys = new Set<string>();
    let next: number | undefined = size.end;
    for (let field = 0; field < size.count && next !== undefined; field += 1) {
      const key = this.#text(next);
      // Of two equal keys a decoder takes the last.
      if (!key || keys.has(key.text)) return undefined;
      keys.add(key.text);
      next = this.#value(key.end, parent === '' ? key.text : `${parent}.${key.text}`);
    }
    return next;
  }

  #value(at: number, path: string): number | undefined {
    const type = this.#bytes[at] as number;
    if (type === 0xc0 || type === 0xc2 || type === 0xc3) return at + 1;
    if (this.#mapSize(at)) return this.map(at, path);
    const text = this.#text(at);
    if (text) return path === 'timestamp' ? this.#time(text) : text.end;
    const end = readMsgpackNumber(this.#bytes, at);
    if (end < 0) return undefined;
    this.holes.push({ path, start: at, end });
    return end;
  }

  #time({ start, end }: Text): number | undefined {
    if (end - start !== DATE_BYTES + TIME_BYTES) return undefined;
    this.holes.push({ path: 'timestamp', start: start + DATE_BYTES, end });
    return end;
  }

  #mapSize(at: number): { readonly count: number; readonly end: number } | undefined {
    const type = this.#bytes[at] as number;
    if (type >= 0x80 && type <= 0x8f) return { count: type & 15, end: at + 1 };
    return type === 0xde ? { count: this.#uint16(at + 1), end: at + 3 } : undefined;
  }

  #text(at: number): Text | undefined {
    const type = this.#bytes[at] as number;
    if (type >= 0xa0 && type <= 0xbf) return this.#ascii(at + 1, type & 31);
    if (type === 0xd9) return this.#ascii(at + 2, this.#bytes[at + 1] as number);
    return type === 0xda ? this.#ascii(at + 3, this.#uint16(at + 1)) : undefined;
  }

  #ascii(start: number, length: number): Text | undefined {
    const codes = this.#bytes.subarray(start, start + length);
    if (codes.length < length || codes.some((code) => code > 126)) return undefined;
    return { text: String.fromCharCode(...codes), start, end: start + length };
  }

  #uint16(at: number): number {
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }
}
