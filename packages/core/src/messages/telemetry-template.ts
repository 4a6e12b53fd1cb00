import type { TSchema } from 'typebox';
import type { Codec } from './codec.ts';
import { findMsgpackHoles, msgpackNumber, readMsgpackNumber } from './msgpack-holes.ts';
import { TELEMETRY_COLUMNS } from './telemetry-columns.ts';
import { findHoles, TIME_BYTES, type Token } from './telemetry-holes.ts';
import { TelemetryMessage } from './telemetry-schema.ts';

/**
 * A drone's messages differ from one another in their numbers only. A template is the last message's bytes with the
 * changing numbers and the time of day cut out; a message that equals it everywhere else has the same structure and the same
 * texts, so only its numbers are left to be read and checked. Whatever does not match in every byte is no match, and takes
 * the ordinary way through a decoder: a template can only ever save work, never accept more.
 */
export interface TelemetryTemplate {
  readonly codec: Codec;
  /** The bytes between the holes, one after the other. */
  readonly literals: Uint8Array;
  /** Where in `literals` the bytes before hole i end; one more for the bytes after the last hole. */
  readonly literalEnds: Int32Array;
  readonly holes: readonly Hole[];
  /** Microseconds since 1970 of the day the time of day is counted from. */
  readonly dayUs: number;
}

/** A number with the limits the schema sets its path, or the time of day of `timestamp`. */
interface Hole extends Limits {
  readonly isTime: boolean;
  readonly slot: number;
}

/** The numbers that may change: the sequence, then the columns. The place in this list is the number's slot. */
const SLOT_PATHS: readonly string[] = ['seq', ...TELEMETRY_COLUMNS.map(([, ...path]) => path.join('.'))];

const slotOf: ReadonlyMap<string, number> = new Map(SLOT_PATHS.map((path, at) => [path, at]));

interface Limits {
  readonly isInteger: boolean;
  readonly minimum: number;
  readonly maximum: number;
}

const ANY_NUMBER: Limits = { isInteger: false, minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE };

/** The schema's own limits of every number, by path: the one place that knows them stays the schema. */
function limitsOf(schema: TSchema, path: string, found: Map<string, Limits>): Map<string, Limits> {
  const { type, properties, anyOf, minimum, maximum } = schema as {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, TSchema>>;
    readonly anyOf?: readonly TSchema[];
    readonly minimum?: number;
    readonly maximum?: number;
  };
  for (const each of anyOf ?? []) limitsOf(each, path, found);
  for (const [name, each] of Object.entries(properties ?? {}))
    limitsOf(each, path === '' ? name : `${path}.${name}`, found);
  if (type === 'number' || type === 'integer')
    found.set(path, {
      isInteger: type === 'integer',
      minimum: minimum ?? ANY_NUMBER.minimum,
      maximum: maximum ?? ANY_NUMBER.maximum,
    });
  return found;
}

const limits = limitsOf(TelemetryMessage, '', new Map());

const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const ZULU = 90;
const DAY_US = 86_400_000_000;

/**
 * The template of a message that has just been accepted and begins at `start`; undefined where it has anything a template
 * cannot hold: escapes, bytes beyond ASCII, lists, a timestamp of another form. `timeUs` is the message's event time.
 */
export function learnTemplate(
  { payload, codec }: { readonly payload: Uint8Array; readonly codec: Codec },
  timeUs: number,
  start = 0,
): TelemetryTemplate | undefined {
  const found = codec === 'json' ? findHoles(payload) : findMsgpackHoles(payload, start);
  if (!found?.holes.some(({ path }) => path === 'timestamp')) return undefined;
  const tokens = found.holes.filter(({ path }) => path === 'timestamp' || slotOf.has(path));
  const { end } = found;
  const size = end - start - tokens.reduce((sum, token) => sum + token.end - token.start, 0);
  const literals = new Uint8Array(size);
  const literalEnds = new Int32Array(tokens.length + 1);
  let from = start;
  let to = 0;
  for (const [at, token] of tokens.entries()) {
    literals.set(payload.subarray(from, token.start), to);
    to += token.start - from;
    literalEnds[at] = to;
    from = token.end;
  }
  literals.set(payload.subarray(from, end), to);
  literalEnds[tokens.length] = size;
  return {
    codec,
    literals,
    literalEnds,
    holes: holesOf(tokens),
    dayUs: Math.floor(timeUs / DAY_US) * DAY_US,
  };
}

/** Drones of one kind have the same holes: shared, they stay in the processor's cache however many drones there are. */
const sharedHoles = new Map<string, readonly Hole[]>();
const MAX_SHARED = 256;

function holesOf(tokens: readonly Token[]): readonly Hole[] {
  const key = tokens.map(({ path }) => path).join();
  const known = sharedHoles.get(key);
  if (known) return known;
  const holes = tokens.map(toHole);
  if (sharedHoles.size < MAX_SHARED) sharedHoles.set(key, holes);
  return holes;
}

function toHole({ path }: Token): Hole {
  return { isTime: path === 'timestamp', slot: slotOf.get(path) ?? -1, ...(limits.get(path) ?? ANY_NUMBER) };
}

/** 10^0 … 10^15: a number of at most 15 digits divided by one of them is rounded as JSON.parse rounds it (Clinger 1990). */
const POWERS = Float64Array.from({ length: 16 }, (_none, power) => 10 ** power);
const MAX_DIGITS = 15;

/**
 * Numbers of the last match, by slot (the first of them are a compact sample's); NaN where the message has none. Read it
 * before the next match.
 */
export const matchedNumbers = new Float64Array(SLOT_PATHS.length);
let matchedValue = 0;

/** Where the last match ended. */
export let matchedEnd = 0;

/**
 * Event time in microseconds when the bytes from `start` on match the template (its numbers are then in `matchedNumbers`,
 * its end in `matchedEnd`), -1 when they do not. Hot: no allocation.
 */
export function matchTemplate(template: TelemetryTemplate, bytes: Uint8Array, start = 0): number {
  const { codec, literals, literalEnds, holes, dayUs } = template;
  const readNumber = codec === 'json' ? readJsonNumber : readPackedNumber;
  let timeUs = -1;
  let at = start;
  matchedNumbers.fill(Number.NaN);
  for (let index = 0; index < holes.length; index += 1) {
    const from = index === 0 ? 0 : (literalEnds[index - 1] as number);
    at = matchLiteral({ literals, from, to: literalEnds[index] as number }, bytes, at);
    if (at < 0) return -1;
    const hole = holes[index] as Hole;
    at = hole.isTime ? readTime(bytes, at) : readNumber(bytes, at, hole);
    if (at < 0) return -1;
    if (hole.isTime) timeUs = dayUs + matchedValue;
    else matchedNumbers[hole.slot] = matchedValue;
  }
  const from = literalEnds[holes.length - 1] as number;
  matchedEnd = matchLiteral({ literals, from, to: literals.length }, bytes, at);
  return matchedEnd < 0 ? -1 : timeUs;
}

interface LiteralSpan {
  readonly literals: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Where the literal ends in the bytes, or -1 where they differ. */
function matchLiteral({ literals, from, to }: LiteralSpan, bytes: Uint8Array, start: number): number {
  let at = start;
  for (let literal = from; literal < to; literal += 1) {
    if (bytes[at] !== literals[literal]) return -1;
    at += 1;
  }
  return at;
}

const digit = (bytes: Uint8Array, at: number): number => {
  const value = (bytes[at] as number) - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
};

const twoDigits = (bytes: Uint8Array, at: number): number => digit(bytes, at) * 10 + digit(bytes, at + 1);

/** `12:34:56.789Z` into `matchedValue`, microseconds; returns where it ends, or -1. */
function readTime(bytes: Uint8Array, at: number): number {
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON || bytes[at + 8] !== DOT || bytes[at + 12] !== ZULU)
    return -1;
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  const second = twoDigits(bytes, at + 6);
  const millisecond = twoDigits(bytes, at + 9) * 10 + digit(bytes, at + 11);
  if (!(hour <= 23 && minute <= 59 && second <= 59 && millisecond <= 999)) return -1;
  matchedValue = (((hour * 60 + minute) * 60 + second) * 1000 + millisecond) * 1000;
  return at + TIME_BYTES;
}

/** Digits read so far, as one integer: those before the point and those after it. */
let digits = 0;

/** Adds the digits from `start` on to `digits`; returns where they end. */
function readDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at] as number; byte >= ZERO && byte <= NINE; byte = bytes[at] as number) {
    digits = digits * 10 + byte - ZERO;
    at += 1;
  }
  return at;
}

/** A JSON number without exponent into `matchedValue`, within the hole's limits; returns where it ends, or -1. */
function readJsonNumber(bytes: Uint8Array, start: number, { minimum, maximum, isInteger }: Hole): number {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  digits = 0;
  let end = readDigits(bytes, first);
  const whole = end - first;
  if (whole === 0 || (whole > 1 && bytes[first] === ZERO)) return -1;
  let fraction = 0;
  if (bytes[end] === DOT) {
    const point = end;
    end = readDigits(bytes, point + 1);
    fraction = end - point - 1;
    if (isInteger || fraction === 0) return -1;
  }
  if (whole + fraction > MAX_DIGITS) return -1;
  const value = digits / (POWERS[fraction] as number);
  matchedValue = isNegative ? -value : value;
  return matchedValue >= minimum && matchedValue <= maximum ? end : -1;
}

/** A MessagePack number into `matchedValue`, within the hole's limits; returns where it ends, or -1. */
function readPackedNumber(bytes: Uint8Array, start: number, { minimum, maximum, isInteger }: Hole): number {
  const end = readMsgpackNumber(bytes, start);
  if (end < 0 || (isInteger && !Number.isInteger(msgpackNumber))) return -1;
  matchedValue = msgpackNumber;
  return matchedValue >= minimum && matchedValue <= maximum ? end : -1;
}
