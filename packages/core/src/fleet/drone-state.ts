import type { Enu, GeoPoint } from '../geo/wgs84.ts';
import type { Channel } from '../messages/channel.ts';
import {
  COMPACT_BATTERY_AT,
  COMPACT_HEADING_AT,
  COMPACT_NUMBERS,
  COMPACT_PLACE,
  COMPACT_SPEED_AT,
  CompactReading,
  type OwnBytes,
  type ReadMessage,
  readNumbers,
  readPlace,
  writeNumbers,
} from '../messages/compact-sample.ts';
import { parseSessionKey, toSessionKey } from '../messages/identity.ts';
import type { Reading, Sample } from '../messages/sample.ts';
import type { TelemetryMessage } from '../messages/telemetry-schema.ts';
import { FleetMemory, NO_CELL } from './fleet-memory.ts';
import { isOnGround } from './ground.ts';
import type { SkewEstimate } from './skew.ts';

/** A drone's session as this node knows it: its key, and how far it has come. */
export class SessionState {
  readonly sessionId: string;
  readonly keyHigh: number;
  readonly keyLow: number;
  /** Nothing above these has been accepted yet, so whatever lies above cannot be a duplicate. -1: not known. */
  newestSeq = -1;
  newestTimeUs = -1;
  /** The one before it of the same drone. */
  older: SessionState | undefined;

  constructor(sessionId: string, key: string, older: SessionState | undefined) {
    const { keyHigh, keyLow } = parseSessionKey(key);
    this.sessionId = sessionId;
    this.keyHigh = keyHigh;
    this.keyLow = keyLow;
    this.older = older;
  }

  /** 16 hex digits, the first half of every `dataId` of this session. */
  get key(): string {
    return toSessionKey(this.keyHigh, this.keyLow);
  }
}

/** The moment a drone's data changed its way in. */
export interface ChannelChange {
  readonly atMs: number;
  readonly from: ChannelState;
  readonly to: ChannelState;
}

export type ChannelState = Channel | 'both' | 'none';

const MAX_CHANGES = 16;
const NEVER = Number.NEGATIVE_INFINITY;
const NO_CHANGES: readonly ChannelChange[] = [];

/** Places in a drone's row of numbers. */
const WEBSOCKET_SEEN = 0;
const HTTP_SEEN = 1;
const LAST_HEARD = 2;
const RECEIVED_AT = 3;
const TIME = 4;
const NUMBERS = 5;
const TAKE_OFF = NUMBERS + COMPACT_NUMBERS;
const ROW_NUMBERS = TAKE_OFF + COMPACT_PLACE.numbers;

/**
 * All that is known live of one drone. Mutable: the one writer is the ingest line. One object on the heap; what changes with
 * every message stands in the fleet's memory, or in fields that hold small integers and shared texts.
 */
export class DroneState {
  readonly tenant: string;
  readonly droneId: string;
  sampleCount = 0;
  duplicateCount = 0;
  conflictCount = 0;
  /** Made with the first report. */
  clientErrors: Map<string, number> | undefined = undefined;
  /** The newest; older ones hang on it. */
  session: SessionState | undefined = undefined;
  /** Bit i: rule i of the list holds. */
  activeRules = 0;
  /** Kept from the first sample on whose time is suspicious. */
  skew: SkewEstimate | undefined = undefined;
  channelChanges: readonly ChannelChange[] = NO_CHANGES;
  channelState: ChannelState = 'none';
  readonly #memory: FleetMemory;
  readonly #page: Float64Array;
  readonly #at: number;
  #hasLatest = false;
  #sessionId = '';
  #status: string | undefined;
  #armed: boolean | undefined;
  #channel: Channel = 'websocket';
  #cell = NO_CELL;
  #length = 0;
  #read: ReadMessage | undefined;
  /** The latest message where it is in no cell: too long for one, or without bytes of its own. */
  #beside: Uint8Array | TelemetryMessage | undefined;

  constructor(tenant: string, droneId: string, memory: FleetMemory) {
    this.tenant = tenant;
    this.droneId = droneId;
    this.#memory = memory;
    const { page, at } = memory.numbers.take();
    this.#page = page;
    this.#at = at;
    page.fill(NEVER, at + WEBSOCKET_SEEN, at + LAST_HEARD + 1);
    page.fill(Number.NaN, at + RECEIVED_AT, at + ROW_NUMBERS);
  }

  get websocketSeenMs(): number {
    return this.#page[this.#at + WEBSOCKET_SEEN] as number;
  }

  set websocketSeenMs(ms: number) {
    this.#page[this.#at + WEBSOCKET_SEEN] = ms;
  }

  get httpSeenMs(): number {
    return this.#page[this.#at + HTTP_SEEN] as number;
  }

  set httpSeenMs(ms: number) {
    this.#page[this.#at + HTTP_SEEN] = ms;
  }

  get lastHeardMs(): number {
    return this.#page[this.#at + LAST_HEARD] as number;
  }

  set lastHeardMs(ms: number) {
    this.#page[this.#at + LAST_HEARD] = ms;
  }

  /** Of the latest sample; NaN before the first. */
  get latestTimeUs(): number {
    return this.#page[this.#at + TIME] as number;
  }

  /** Of the latest sample; -1 where it had none, NaN before the first. */
  get latestSeq(): number {
    return this.#page[this.#at + NUMBERS] as number;
  }

  /** What the latest sample says of the drone, without making the sample. */
  get status(): string | undefined {
    return this.#status;
  }

  get armed(): boolean | undefined {
    return this.#armed;
  }

  /** Of the latest sample, without making it; NaN where unknown. */
  get batteryPct(): number {
    return this.#page[this.#at + NUMBERS + COMPACT_BATTERY_AT] as number;
  }

  /** Of the latest sample; NaN before the first. */
  get receivedAtMs(): number {
    return this.#page[this.#at + RECEIVED_AT] as number;
  }

  get groundSpeedMps(): number {
    return this.#page[this.#at + NUMBERS + COMPACT_SPEED_AT] as number;
  }

  get headingDeg(): number {
    return this.#page[this.#at + NUMBERS + COMPACT_HEADING_AT] as number;
  }

  /** Where it was by the latest sample, without making it; NaN where unknown. */
  get place(): GeoPoint & Enu {
    return readPlace(this.#page, this.#at + NUMBERS + COMPACT_PLACE.at);
  }

  /** The latest sample as it is now: a copy that is made at each asking, and that later samples do not change. */
  get latest(): Reading | undefined {
    if (!this.#hasLatest) return undefined;
    const { tenant, droneId } = this;
    const [page, at] = [this.#page, this.#at];
    const [sessionId, status, armed] = [this.#sessionId, this.#status, this.#armed];
    const times = { receivedAtMs: page[at + RECEIVED_AT] as number, timeUs: this.latestTimeUs };
    return new CompactReading({ tenant, channel: this.#channel, ...times }, readNumbers(page, at + NUMBERS), {
      droneId,
      sessionId,
      status,
      armed,
    });
  }

  /** Where it was last heard on the ground before it was heard in the air; undefined where it was only heard in the air. */
  get tookOffFrom(): (GeoPoint & Enu) | undefined {
    const place = readPlace(this.#page, this.#at + TAKE_OFF);
    const isKnown =
      Number.isFinite(place.latitudeDeg + place.longitudeDeg + place.altitudeAmslM) ||
      Number.isFinite(place.eastM + place.northM + place.upM);
    return isKnown ? place : undefined;
  }

  /** The message of the latest sample; decoded at each asking. */
  get latestMessage(): TelemetryMessage | undefined {
    const isInCell = this.#cell !== NO_CELL;
    const kept = isInCell ? this.#memory.messages.read(this.#cell, this.#length) : this.#beside;
    return kept instanceof Uint8Array ? (this.#read as ReadMessage)(kept) : kept;
  }

  /** Makes the sample the latest. Its message is kept by a copy of its own bytes, where it has some. Hot. */
  keep(sample: Sample, own: OwnBytes | undefined): void {
    const [page, at] = [this.#page, this.#at];
    if (this.#hasLatest && isOnGround(this) && !isOnGround(sample)) {
      const place = at + NUMBERS + COMPACT_PLACE.at;
      page.copyWithin(at + TAKE_OFF, place, place + COMPACT_PLACE.numbers);
    }
    page[at + RECEIVED_AT] = sample.receivedAtMs;
    page[at + TIME] = sample.timeUs;
    writeNumbers(sample, page, at + NUMBERS);
    // An equal text that is there already stays: what comes with each message must not live on.
    if (this.#sessionId !== sample.sessionId) this.#sessionId = sample.sessionId;
    if (this.#status !== sample.status) this.#status = sample.status;
    this.#armed = sample.armed;
    this.#channel = sample.channel;
    this.#hasLatest = true;
    this.#keepMessage(sample, own);
  }

  #keepMessage(sample: Sample, own: OwnBytes | undefined): void {
    this.#cell = this.#memory.messages.put(this.#cell, own?.bytes);
    this.#read = own?.read;
    this.#beside = undefined;
    if (!own) this.#beside = sample.message;
    else if (this.#cell === NO_CELL) this.#beside = new Uint8Array(own.bytes);
    else this.#length = own.bytes.length;
  }
}

export const createDroneMemory = (): FleetMemory => new FleetMemory(ROW_NUMBERS);

/** The drone reported something that went wrong at its end. */
export function countClientError(drone: DroneState, code: string): void {
  drone.clientErrors ??= new Map();
  drone.clientErrors.set(code, (drone.clientErrors.get(code) ?? 0) + 1);
}

/** A frame came in by this channel. */
export function hear(drone: DroneState, channel: Channel, nowMs: number): void {
  if (channel === 'websocket') drone.websocketSeenMs = nowMs;
  else drone.httpSeenMs = nowMs;
  drone.lastHeardMs = nowMs;
}

/** Which channels are alive: heard within `aliveMs`. Remembers the moment of each change (the fall-backs). */
export function judgeChannels(drone: DroneState, nowMs: number, aliveMs: number): ChannelChange | undefined {
  const websocket = nowMs - drone.websocketSeenMs <= aliveMs;
  const http = nowMs - drone.httpSeenMs <= aliveMs;
  const to = toChannelState(websocket, http);
  const from = drone.channelState;
  if (to === from) return undefined;
  const change = { atMs: nowMs, from, to };
  const isFirst = from === 'none' && drone.channelChanges.length === 0;
  drone.channelState = to;
  // That it is heard at all is no fall-back.
  if (isFirst) return change;
  drone.channelChanges = [...drone.channelChanges, change].slice(-MAX_CHANGES);
  return change;
}

function toChannelState(websocket: boolean, http: boolean): ChannelState {
  if (websocket) return http ? 'both' : 'websocket';
  return http ? 'http' : 'none';
}
