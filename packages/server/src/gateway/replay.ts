import {
  type Clock,
  type Fleet,
  type History,
  parseTimestampUs,
  type Refusal,
  refuse,
  type StoredAnomaly,
  type StoredSample,
} from '@skein/core';
import type { OperatorSocket } from './operator-socket.ts';

export interface ReplayOptions {
  readonly history: Pick<History, 'telemetry' | 'anomalies'>;
  readonly clock: Clock;
  readonly fleet: Fleet;
  /** Resolves when what was taken so far is in the store, or will not be soon. */
  readonly projected: () => Promise<unknown>;
  /** The present has been reached. */
  readonly onEnd: (socket: OperatorSocket) => void;
}

const MAX_REPLAYS = 16;
const MAX_DRONES = 200;
/** Samples read ahead of one drone. */
const PAGE = 200;
/** Alerts are read for so much of the past at once. */
const ALERTS_MS = 60_000;
const MAX_ALERTS = 1000;

/** So near the past is the present. */
const PRESENT_MS = 1000;

/** One drone's history, read a page at a time. */
interface Track {
  readonly droneId: string;
  readonly samples: StoredSample[];
  /** Read on from here, or from the page's end. */
  fromUs: number;
  cursor: string | undefined;
  isReading: boolean;
  /** When it was read to the end of what there was; there may be more since. */
  endedAtMs: number | undefined;
}

/** History shown as it was. Bounded: so many replays, drones and samples at once. */
export class Replays {
  readonly #options: ReplayOptions;
  readonly #replays = new Map<OperatorSocket, Replay>();

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  start(socket: OperatorSocket, asOfMs: number, speed: number): Refusal | undefined {
    this.stop(socket);
    if (this.#replays.size >= MAX_REPLAYS)
      return refuse(
        'SERVICE_UNAVAILABLE',
        { reason: 'max_replays', limit: MAX_REPLAYS },
        { retryAfterS: 30 },
      );
    const droneIds = this.#dronesOf(socket);
    if (droneIds.length === 0)
      return refuse('VALIDATION_ERROR', { field: 'type', reason: 'no_subscription' }, { message: NOTHING });
    if (droneIds.length > MAX_DRONES)
      return refuse(
        'VALIDATION_ERROR',
        { field: 'type', reason: 'too_many_drones', limit: MAX_DRONES },
        { message: MANY },
      );
    socket.isReplaying = true;
    const replay = new Replay(this.#options, socket, { droneIds, asOfMs, speed });
    // Nothing of it before the reply.
    socket.later(() => this.#replays.set(socket, replay));
    return undefined;
  }

  #dronesOf(socket: OperatorSocket): readonly string[] {
    const { droneIds, all } = socket.subscription();
    if (!all) return droneIds;
    const some: string[] = [];
    for (const { droneId } of this.#options.fleet.drones(socket.principal.tenant)) {
      if (some.length > MAX_DRONES) break;
      some.push(droneId);
    }
    return some;
  }

  /** False: there was none. */
  stop(socket: OperatorSocket): boolean {
    socket.isReplaying = false;
    return this.#replays.delete(socket);
  }

  tick(): void {
    for (const [socket, replay] of this.#replays) {
      if (socket.isBehind || replay.tick()) continue;
      this.stop(socket);
      socket.push({ type: 'replay_ended', reason: replay.trouble ?? 'live', replay: true });
      this.#options.onEnd(socket);
    }
  }
}

const NOTHING = 'Subscribe to the drones first: by id, or all';
const MANY = `A replay shows at most ${MAX_DRONES} drones: subscribe to some by id`;

interface ReplayWish {
  readonly droneIds: readonly string[];
  readonly asOfMs: number;
  readonly speed: number;
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #socket: OperatorSocket;
  readonly #wish: ReplayWish;
  readonly #tracks: readonly Track[];
  readonly #alerts: StoredAnomaly[] = [];
  #alertsToMs: number;
  #isReadingAlerts = false;
  #atMs: number;
  #tickedMs: number;
  /** Why it cannot go on. */
  trouble: string | undefined;

  constructor(options: ReplayOptions, socket: OperatorSocket, wish: ReplayWish) {
    this.#options = options;
    this.#socket = socket;
    this.#wish = wish;
    this.#atMs = wish.asOfMs;
    this.#alertsToMs = wish.asOfMs;
    this.#tickedMs = options.clock.monotonic();
    this.#tracks = wish.droneIds.map((droneId) => ({
      ...{ droneId, samples: [], fromUs: Math.round(wish.asOfMs * 1000), cursor: undefined },
      ...{ isReading: false, endedAtMs: undefined },
    }));
  }

  /** Shows what falls due; false when the past has been told up to now. The past waits for the store. */
  tick(): boolean {
    const nowMs = this.#options.clock.monotonic();
    const elapsedMs = nowMs - this.#tickedMs;
    this.#tickedMs = nowMs;
    this.#readAhead();
    if (this.trouble !== undefined) return false;
    if (this.#isWaiting()) return true;
    this.#atMs += elapsedMs * this.#wish.speed;
    for (const track of this.#tracks) this.#show(track);
    this.#showAlerts();
    return this.#options.clock.now() - this.#atMs > PRESENT_MS;
  }

  #isWaiting(): boolean {
    const isDry = this.#tracks.some(
      ({ samples, endedAtMs = 0 }) => samples.length === 0 && this.#atMs >= endedAtMs,
    );
    return isDry || this.#atMs >= this.#alertsToMs;
  }

  /** Of what falls due at once, the latest. */
  #show({ droneId, samples }: Track): void {
    const due = samples.findIndex((sample) => Date.parse(sample.timestamp) > this.#atMs);
    const passed = samples.splice(0, due < 0 ? samples.length : due);
    const latest = passed.at(-1);
    if (!latest) return;
    const { timestamp, sessionId, data } = latest;
    const as_of = new Date(this.#atMs).toISOString();
    const shown = { ...data, timestamp, session_id: sessionId };
    this.#socket.push({
      type: 'telemetry_update',
      replay: true,
      as_of,
      drone_id: droneId,
      stale: false,
      data: shown,
    });
  }

  #showAlerts(): void {
    const isDue = ({ timestamp }: StoredAnomaly) => Date.parse(timestamp) <= this.#atMs;
    for (let next = this.#alerts[0]; next && isDue(next); next = this.#alerts[0]) {
      this.#alerts.shift();
      const { anomalyId, droneId, anomalyType, severity, source, timestamp } = next;
      const named = { alert_id: anomalyId, drone_id: droneId, alert_type: anomalyType, state: 'raised' };
      this.#socket.push({ type: 'alert', replay: true, ...named, severity, source, timestamp });
    }
  }

  #readAhead(): void {
    const nowMs = this.#options.clock.now();
    for (const track of this.#tracks) {
      const isWanted = track.samples.length < PAGE / 2 && nowMs - (track.endedAtMs ?? 0) > PRESENT_MS;
      if (isWanted && !track.isReading) void this.#read(track);
    }
    const isWanted = this.#alertsToMs - this.#atMs < ALERTS_MS / 2 && nowMs - this.#alertsToMs > PRESENT_MS;
    if (isWanted && !this.#isReadingAlerts) void this.#readAlerts();
  }

  /** What is asked of the store; a store that is away ends the replay. */
  async #asked<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      await this.#options.projected();
      return await ask();
    } catch {
      this.trouble = 'database';
      return undefined;
    }
  }

  async #read(track: Track): Promise<void> {
    track.isReading = true;
    const { history, clock } = this.#options;
    const { tenant } = this.#socket.principal;
    const { droneId, cursor, fromUs } = track;
    const startedMs = clock.now();
    const query = { tenant, droneId, fromUs, limit: PAGE, order: 'oldest' } as const;
    const page = await this.#asked(() =>
      history.telemetry({ ...query, ...(cursor !== undefined && { cursor }) }),
    );
    track.isReading = false;
    if (!page) return;
    track.samples.push(...page.items);
    const last = page.items.at(-1);
    if (last) track.fromUs = (parseTimestampUs(last.timestamp) ?? fromUs) + 1;
    track.cursor = page.nextCursor;
    track.endedAtMs = page.nextCursor === undefined ? startedMs : undefined;
  }

  async #readAlerts(): Promise<void> {
    this.#isReadingAlerts = true;
    const { history, clock } = this.#options;
    const { tenant } = this.#socket.principal;
    const toMs = Math.min(this.#alertsToMs + ALERTS_MS, clock.now());
    const [fromUs, toUs] = [this.#alertsToMs, toMs].map((ms) => Math.round(ms * 1000)) as [number, number];
    const page = await this.#asked(() => history.anomalies({ tenant, fromUs, toUs, limit: MAX_ALERTS }));
    this.#isReadingAlerts = false;
    if (!page) return;
    const mine = new Set(this.#wish.droneIds);
    this.#alerts.push(...page.items.filter(({ droneId }) => mine.has(droneId)).toReversed());
    this.#alertsToMs = toMs;
  }
}
