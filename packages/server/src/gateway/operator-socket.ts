import type { Socket } from 'node:net';
import type { OperatorConnection, Refusal, ResumeReceipt, Subscription, SubscriptionWish } from '@skein/core';
import { FLEET_HEADER_BYTES, FLEET_PROTOCOL, type FleetKind, writeFleetHeader } from '@skein/core';
import type { WebSocket } from 'ws';
import type { Principal } from '../auth/principal.ts';
import { concerns, isFor, isOfRequest } from './push-audience.ts';
import type { KeptPush, PushLog } from './push-log.ts';
import { toTextFrames } from './text-frames.ts';

/** More than this waits unread: only the latest state from now on. RELIABILITY T12. */
const BEHIND_BYTES = 1024 * 1024;
/** So little waits: it follows again. */
const CAUGHT_UP_BYTES = 256 * 1024;
const LOST_BYTES = 8 * 1024 * 1024;
const LOST_MS = 10_000;
/** A peer that does not read does not read the close frame either. */
const TERMINATE_MS = 2000;
const BAD_WINDOW_MS = 10_000;
const MAX_BAD_REQUESTS = 100;

/** What a subscription does for one connection. */
export interface Following {
  leave(socket: OperatorSocket): void;
  /** The state of everything it follows. */
  snapshot(socket: OperatorSocket, nowMs: number): void;
  /** The latest of what was not sent meanwhile. */
  catchUp(socket: OperatorSocket, missed: ReadonlySet<number>, nowMs: number): void;
}

/** What the gateway does for a connection. */
export interface OperatorHome {
  readonly logOf: (tenant: string) => PushLog;
  subscribe(socket: OperatorSocket, wish: SubscriptionWish): void;
  unsubscribe(socket: OperatorSocket, droneIds: readonly string[] | undefined): void;
  replay(socket: OperatorSocket, asOfMs: number, speed: number): Refusal | undefined;
  live(socket: OperatorSocket): void;
}

/** One operator's connection: numbers its pushes, and never lets more wait for it than it may. */
export class OperatorSocket implements OperatorConnection {
  readonly ws: WebSocket;
  readonly principal: Principal;
  readonly address: string;
  /** Subscribed by id. */
  readonly droneIds = new Set<string>();
  readonly isBinary: boolean;
  wish: SubscriptionWish | undefined;
  windowWish: SubscriptionWish | undefined;
  droneFeed: Following | undefined;
  windowFeed: Following | undefined;
  /** When its next `fleet_status` is due, ms of the monotonic clock. */
  statusDueMs = 0;
  /** It has had its first status, or has asked something before that. */
  isGreeted = false;
  lastHeardMs = 0;
  lastPingMs = 0;
  /** Requests without an answer yet. */
  pending = 0;
  isReplaying = false;
  readonly #socket: Socket;
  readonly #home: OperatorHome;
  readonly #log: PushLog;
  readonly #joinedAt: number;
  readonly #missed = new Map<Following, Set<number>>();
  readonly #missedLatest = new Map<string, object>();
  #afterReply: (() => void)[] = [];
  #seq = 0;
  #isBehind = false;
  #writtenBytes = 0;
  #progressMs: number;
  #deliveredTo: number;
  #badSinceMs = 0;
  #bad = 0;

  constructor(ws: WebSocket, socket: Socket, principal: Principal, home: OperatorHome) {
    this.ws = ws;
    this.#socket = socket;
    this.principal = principal;
    this.address = socket.remoteAddress ?? '';
    this.isBinary = ws.protocol === FLEET_PROTOCOL;
    this.#home = home;
    this.#log = home.logOf(principal.tenant);
    this.#joinedAt = this.#log.last;
    this.#deliveredTo = this.#log.last;
    this.#progressMs = performance.now();
  }

  get isOpen(): boolean {
    return this.ws.readyState === this.ws.OPEN;
  }

  /** Up to where it has been told everything that is never dropped. */
  get cursor(): string {
    return this.#log.cursorAt(this.#log.last);
  }

  /** Those that wait included. */
  get bytesWritten(): number {
    return this.#socket.bytesWritten;
  }

  /** Telemetry waits until what was sent has been read. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  subscribe(wish: SubscriptionWish): void {
    this.#home.subscribe(this, wish);
  }

  unsubscribe(droneIds: readonly string[] | undefined): void {
    this.#home.unsubscribe(this, droneIds);
  }

  subscription(): Subscription {
    const { drones } = this.windowWish ?? {};
    return {
      droneIds: [...this.droneIds],
      all: this.wish?.drones === 'all',
      window: typeof drones === 'object' && 'bounds' in drones ? drones : undefined,
    };
  }

  replay(asOfMs: number, speed: number): Refusal | undefined {
    return this.#home.replay(this, asOfMs, speed);
  }

  live(): void {
    this.#home.live(this);
  }

  /** What was missed, before anything else; asked for by the connection's own address. */
  resumeAtOnce(cursor: string): void {
    this.resume(cursor);
    this.#doLater();
  }

  resume(cursor: string): ResumeReceipt {
    const { pushes, gap } = this.#log.since(cursor, this.#joinedAt);
    const mine = pushes.filter((push) => concerns(push, this.principal.droneId));
    this.later(() => {
      if (gap) this.push({ type: 'gap', classes: ['kept'], after: cursor });
      for (const { number, tail } of mine) this.#sendKept(number, `"resumed":true,${tail}`);
    });
    return { replayed: mine.length, gap, cursor: this.cursor };
  }

  /** Done as soon as the reply that is being made is on its way. */
  later(task: () => void): void {
    this.#afterReply.push(task);
  }

  /** A reply; what it brings with it follows. Never dropped. */
  reply(message: object): void {
    this.#send(JSON.stringify(message));
    this.#doLater();
  }

  #doLater(): void {
    const tasks = this.#afterReply;
    this.#afterReply = [];
    for (const task of tasks) task();
  }

  /** A push of this connection alone. Never dropped. */
  push(message: object): void {
    this.pushTail(JSON.stringify(message).slice(1));
  }

  /** The same, of a text that lacks its opening brace. */
  pushTail(tail: string): void {
    this.#seq += 1;
    this.#send(`{"seq":${this.#seq},${tail}`);
  }

  /** Many short texts that lack their opening brace, shared with other connections: framed here, and written as one piece. */
  pushTails(tails: readonly Buffer[]): void {
    if (!this.isOpen) return;
    this.#socket.write(toTextFrames(tails, this.#seq + 1));
    this.#seq += tails.length;
  }

  /** One text of many connections, after this one's own beginning; its bytes are not copied. */
  pushShared(beginning: string, body: Buffer): void {
    if (!this.isOpen) return;
    this.#seq += 1;
    this.together(() => {
      this.ws.send(`{"seq":${this.#seq},${beginning}`, { fin: false });
      this.ws.send(body, { binary: false, fin: true });
    });
  }

  /** Records of many connections, after this one's own header. */
  pushRecords(kind: FleetKind, baseMs: number, records: Buffer): void {
    if (!this.isOpen) return;
    this.#seq += 1;
    const header = Buffer.allocUnsafe(FLEET_HEADER_BYTES);
    writeFleetHeader(new DataView(header.buffer, header.byteOffset), { kind, seq: this.#seq, baseMs });
    this.together(() => {
      this.ws.send(header, { binary: true, fin: false });
      this.ws.send(records, { binary: true, fin: true });
    });
  }

  /** What comes of a request follows its reply. */
  pushKept(push: KeptPush): void {
    if (!isFor(push, this)) return;
    if (this.pending > 0 && isOfRequest(push)) this.later(() => this.#sendKept(push.number, push.tail));
    else this.#sendKept(push.number, push.tail);
  }

  #sendKept(number: number, tail: string): void {
    this.pushTail(`"cursor":"${this.#log.cursorAt(number)}",${tail}`);
  }

  /** Of its type only the newest counts. */
  pushLatest(type: string, message: object, droneId: string | undefined): void {
    if (!concerns({ droneId }, this.principal.droneId)) return;
    if (this.#isBehind) this.#missedLatest.set(type, message);
    else this.push(message);
  }

  /** Everything sent in `task` leaves in one write. */
  together(task: () => void): void {
    this.#socket.cork();
    task();
    this.#socket.uncork();
  }

  #send(text: string): void {
    if (this.isOpen) this.ws.send(text, { binary: false, fin: true });
  }

  /** Not sent now: these drones' latest state will be, when the connection has caught up. */
  miss(feed: Following, indexes: Iterable<number>): void {
    const missed = this.#missed.get(feed) ?? new Set();
    for (const index of indexes) missed.add(index);
    this.#missed.set(feed, missed);
  }

  forget(feed: Following): void {
    this.#missed.delete(feed);
  }

  /** How much waits for this connection, and since when; looked at once a tick. */
  judge(nowMs: number): void {
    if (!this.isOpen) return;
    const waiting = this.ws.bufferedAmount;
    const written = this.#socket.bytesWritten - this.#socket.writableLength;
    if (waiting === 0) this.#deliveredTo = this.#log.last;
    if (waiting === 0 || written !== this.#writtenBytes) this.#progressMs = nowMs;
    this.#writtenBytes = written;
    if (waiting > LOST_BYTES || nowMs - this.#progressMs > LOST_MS) return this.#lose();
    if (waiting > BEHIND_BYTES) this.#isBehind = true;
    else if (this.#isBehind && waiting < CAUGHT_UP_BYTES) this.#catchUp(nowMs);
  }

  #catchUp(nowMs: number): void {
    this.#isBehind = false;
    const [feeds, latest] = [[...this.#missed], [...this.#missedLatest.values()]];
    this.#missed.clear();
    this.#missedLatest.clear();
    if (feeds.length + latest.length > 0) this.push({ type: 'gap', classes: ['latest'] });
    for (const message of latest) this.push(message);
    for (const [feed, missed] of feeds) feed.catchUp(this, missed, nowMs);
  }

  #lose(): void {
    this.ws.close(1013, `too slow; cursor=${this.#log.cursorAt(this.#deliveredTo)}`);
    setTimeout(() => this.ws.terminate(), TERMINATE_MS).unref();
  }

  /** A hundred requests within ten seconds that were no requests end the connection, as a drone's. */
  countBad(nowMs: number): void {
    if (nowMs - this.#badSinceMs > BAD_WINDOW_MS) {
      this.#badSinceMs = nowMs;
      this.#bad = 0;
    }
    this.#bad += 1;
    if (this.#bad >= MAX_BAD_REQUESTS) this.ws.close(1008, 'too many bad messages');
  }

  /** The connection is gone. */
  end(): void {
    this.droneFeed?.leave(this);
    this.windowFeed?.leave(this);
    this.#missed.clear();
    this.#afterReply = [];
  }
}
