import type { Channel } from '../messages/channel.ts';
import type { Sample } from '../messages/sample.ts';

/** A drone's session as this node knows it: its key, and how far it has come. */
export interface SessionState {
  readonly sessionId: string;
  /** 16 hex digits, the first half of every `dataId` of this session. */
  readonly key: string;
  readonly keyHigh: number;
  readonly keyLow: number;
  /** Nothing above these has been accepted yet, so whatever lies above cannot be a duplicate. */
  newestSeq: number;
  newestTimeUs: number;
}

/** The moment a drone's data changed its way in. */
export interface ChannelChange {
  readonly atMs: number;
  readonly from: ChannelState;
  readonly to: ChannelState;
}

export type ChannelState = Channel | 'both' | 'none';

/** All that is known live of one drone. Mutable: the one writer is the ingest line. */
export interface DroneState {
  readonly tenant: string;
  readonly droneId: string;
  latest: Sample | undefined;
  sampleCount: number;
  duplicateCount: number;
  conflictCount: number;
  /** Made with the first report. */
  clientErrors: Map<string, number> | undefined;
  readonly sessions: SessionState[];
  /** Bit i: rule i of the list holds. */
  activeRules: number;
  /** Kept from the first sample on whose time is suspicious. */
  skew: SkewEstimate | undefined;
  websocketSeenMs: number;
  httpSeenMs: number;
  lastHeardMs: number;
  readonly channelChanges: ChannelChange[];
  channelState: ChannelState;
}

const MAX_CHANGES = 16;
const NEVER = Number.NEGATIVE_INFINITY;

export function createDroneState(tenant: string, droneId: string): DroneState {
  return {
    tenant,
    droneId,
    latest: undefined,
    sampleCount: 0,
    duplicateCount: 0,
    conflictCount: 0,
    clientErrors: undefined,
    sessions: [],
    activeRules: 0,
    skew: undefined,
    websocketSeenMs: NEVER,
    httpSeenMs: NEVER,
    lastHeardMs: NEVER,
    channelChanges: [],
    channelState: 'none',
  };
}

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
  drone.channelChanges.push(change);
  if (drone.channelChanges.length > MAX_CHANGES) drone.channelChanges.shift();
  return change;
}

function toChannelState(websocket: boolean, http: boolean): ChannelState {
  if (websocket) return http ? 'both' : 'websocket';
  return http ? 'http' : 'none';
}

/** Median of received − event time over the last samples, taken at most a few times a second. */
export interface SkewEstimate {
  readonly recentMs: number[];
  count: number;
  medianMs: number;
  observedAtMs: number;
}

const SKEW_SAMPLES = 15;
/** Fewer samples than this say nothing: one late message is not a wrong clock. */
const SKEW_MIN_SAMPLES = 5;
const SKEW_EVERY_MS = 250;

const createSkewEstimate = (): SkewEstimate => ({
  recentMs: [],
  count: 0,
  medianMs: 0,
  observedAtMs: NEVER,
});

/** A delay beyond this makes a drone's clock worth watching. */
const SUSPICIOUS_MS = 1000;

/** Takes a fresh sample's delay in; the median is renewed every few observations only. */
export function observeSkew(drone: DroneState, timeUs: number, receivedAtMs: number): void {
  const delayMs = receivedAtMs - timeUs / 1000;
  if (!drone.skew && Math.abs(delayMs) <= SUSPICIOUS_MS) return;
  drone.skew ??= createSkewEstimate();
  const { skew } = drone;
  if (receivedAtMs - skew.observedAtMs < SKEW_EVERY_MS) return;
  skew.observedAtMs = receivedAtMs;
  skew.recentMs[skew.count % SKEW_SAMPLES] = delayMs;
  skew.count += 1;
  if (skew.count % SKEW_MIN_SAMPLES !== 0) return;
  const known = skew.recentMs.toSorted((a, b) => a - b);
  skew.medianMs = known[known.length >> 1] as number;
}
