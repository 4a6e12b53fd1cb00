import { OLDEST_EVENT_US } from './timestamp.ts';

/**
 * A sample's identity is (tenant, drone, session, seq or time). Its `dataId` is derived from it, 32 hex digits: the
 * first 16 name the session (a hash of tenant, drone and session), the last 16 the place within it. So a resend gets
 * the same `dataId` without a look-up, and a `dataId` leads to its row through the store's one unique key.
 */

/** The place of a sample within its session: its `seq`, or, where it has none, its time counted below zero. */
export function toPlace(seq: number, timeUs: number): number {
  return seq >= 0 ? seq : -timeUs;
}

const TWO_32 = 4_294_967_296;
/** Flips the sign bit of a signed 64-bit number, so that hex order is the order of places. */
const BIAS = 1n << 63n;
const HIGH_BIAS = 0x8000_0000;

/** Hot where every message is acknowledged by itself: two 32-bit halves, no BigInt. */
export function toDataId(sessionKey: string, place: number): string {
  const high = Math.floor(place / TWO_32);
  const low = place - high * TWO_32;
  return sessionKey + (high + HIGH_BIAS).toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

export interface DataIdParts {
  readonly sessionKey: string;
  readonly place: number;
}

const DATA_ID = /^[0-9a-f]{32}$/;

export function parseDataId(dataId: string): DataIdParts | undefined {
  if (!DATA_ID.test(dataId)) return undefined;
  const place = Number(BigInt(`0x${dataId.slice(16)}`) - BIAS);
  if (!Number.isSafeInteger(place) || (place < 0 && -place < OLDEST_EVENT_US)) return undefined;
  return { sessionKey: dataId.slice(0, 16), place };
}

export interface SessionName {
  readonly tenant: string;
  readonly droneId: string;
  readonly sessionId: string;
  /** What is counted within the session; samples unless said. */
  readonly kind?: string;
}

/** What a session's key is hashed from. Ids hold no U+0000, so the parts cannot run into one another. */
export function sessionText({ tenant, droneId, sessionId, kind = 'telemetry' }: SessionName): string {
  return [tenant, droneId, sessionId, kind].join('\u0000');
}

/** The two 32-bit halves of a session's key, for tables of numbers. */
export function parseSessionKey(key: string): { readonly keyHigh: number; readonly keyLow: number } {
  return { keyHigh: Number.parseInt(key.slice(0, 8), 16) | 0, keyLow: Number.parseInt(key.slice(8), 16) | 0 };
}

/** The 16 hex digits again. */
export function toSessionKey(keyHigh: number, keyLow: number): string {
  return (keyHigh >>> 0).toString(16).padStart(8, '0') + (keyLow >>> 0).toString(16).padStart(8, '0');
}
