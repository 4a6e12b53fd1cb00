import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  type AckMode,
  type Durability,
  isRefusal,
  type Origin,
  type Receipt,
  type Refusal,
  TelemetryStream,
  toDataId,
  toEnvelope,
  type VehicleLink,
} from '@skein/core';
import type { WebSocket } from 'ws';
import type { Principal } from '../auth/principal.ts';
import type { DurableGate, Waiter } from '../net/durable-gate.ts';
import { AckMarks } from './ack-marks.ts';
import { countRefusal, type Line } from './line.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const MAX_BAD_MESSAGES = 100;
const BAD_WINDOW_MS = 10_000;
/** Unanswered messages of one connection; more of them wait in the socket, unread. */
const MAX_UNACKED = 4096;
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** One drone connection (it may carry several drones): its credit, its acknowledgements, its bad messages. */
export class DroneSocket implements Waiter, VehicleLink {
  readonly channel = 'websocket';
  readonly ws: WebSocket;
  readonly line: Line;
  readonly origin: Mutable<Origin>;
  principal: Principal | undefined;
  ackMode: AckMode = 'none';
  lastHeardMs: number;
  lastPingMs: number;
  /** An order went down it. */
  lastOrderMs = Number.NEGATIVE_INFINITY;
  /** Data messages so far; an item of an array frame counts as one. */
  count = 0;
  readonly stream: TelemetryStream;
  readonly #socket: Socket;
  readonly #drones = new Set<string>();
  #gate: DurableGate;
  readonly #marks: AckMarks<string | number> = new AckMarks();
  #isWaiting = false;
  #isHeld = false;
  #isShut = false;
  #isSpared = false;
  #badSinceMs = 0;
  #bad = 0;

  constructor(ws: WebSocket, socket: Socket, line: Line, nowMs: number) {
    this.#socket = socket;
    this.ws = ws;
    this.line = line;
    this.stream = new TelemetryStream(line.ingest);
    this.#gate = line.disk;
    this.lastHeardMs = nowMs;
    this.lastPingMs = nowMs;
    this.origin = { tenant: '', channel: 'websocket', receivedAtMs: nowMs, strict: line.strict };
  }

  /** From now on the connection speaks for this principal. */
  admit(principal: Principal): void {
    this.principal = principal;
    this.origin.tenant = principal.tenant;
    if (principal.droneId !== undefined) this.origin.boundDroneId = principal.droneId;
    const { frame } = this.line.parts;
    if (frame) this.origin.frame = frame;
    if (principal.droneId !== undefined) this.carries(principal.droneId);
  }

  /** From now on; what waits already waits for the new word too, so that no answer says more than is true. */
  waitFor(durability: Durability): void {
    const gate = durability === 'stored' ? this.line.stored : this.line.disk;
    if (this.#isWaiting && gate !== this.#gate) {
      this.#gate.leave(this);
      gate.join(this);
    }
    this.#gate = gate;
  }

  /** Orders for this drone go down this socket. */
  carries(droneId: string): void {
    if (this.#drones.has(droneId)) return;
    this.#drones.add(droneId);
    this.line.links.attach(this.origin.tenant, droneId, this);
  }

  get drones(): ReadonlySet<string> {
    return this.#drones;
  }

  /** A data message's outcome: what is accepted is answered once it is durable, a refusal at once. */
  settle(outcome: Receipt | Refusal, seq: number | undefined): void {
    this.count += 1;
    const { counters } = this.line;
    if (isRefusal(outcome)) {
      this.refuse(outcome, seq, this.count);
      this.#mark(this.#gate.position - 1, this.#note(undefined, seq));
      return;
    }
    if (outcome.duplicate) counters.duplicates += 1;
    else counters.accepted += 1;
    this.#mark(outcome.position, this.#note(outcome, seq));
  }

  /** An answer of another form that waits for a journal position; cumulative modes only count it. */
  owe(position: number, text: string): void {
    this.count += 1;
    this.#mark(position, this.ackMode === 'each' ? text : this.count);
  }

  get durability(): Durability {
    return this.#gate.durability;
  }

  #note(receipt: Receipt | undefined, seq: number | undefined): string | number {
    if (this.ackMode === 'batch') return seq ?? this.count;
    if (this.ackMode !== 'each') return this.count;
    if (!receipt) return '';
    const dataId = toDataId(receipt.session.key, receipt.place);
    const middle = seq === undefined ? '' : `,"seq":${seq}`;
    const end = receipt.duplicate ? ',"duplicate":true' : '';
    return `{"type":"telemetry_ack","status":"success","dataId":"${dataId}"${middle},"durability":"${this.#gate.durability}"${end}}`;
  }

  #mark(position: number, note: string | number): void {
    this.#marks.push(position, note);
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      if (this.#gate.position > position) setImmediate(() => this.#isWaiting && this.#flushEarly());
      this.#gate.join(this);
    }
    if (this.#marks.length >= MAX_UNACKED) this.#hold(true);
  }

  /** What is durable already (a repeat) need not wait for the next flush. */
  #flushEarly(): void {
    if (!this.onDurable(this.#gate.position)) this.#gate.leave(this);
  }

  onDurable(position: number): boolean {
    let upto = -1;
    for (let note = this.#marks.take(position); note !== undefined; note = this.#marks.take(position))
      if (typeof note === 'number') upto = note;
      else if (note !== '') this.sendText(note);
    if (upto >= 0 && this.ackMode !== 'none')
      this.#sendShort(`{"type":"ack","upto":${upto},"durability":"${this.#gate.durability}"}`);
    if (this.#isHeld && this.#marks.length < MAX_UNACKED / 2) this.#hold(false);
    this.#isWaiting = this.#marks.length > 0;
    return this.#isWaiting;
  }

  /** One refusal in the envelope, with A's top-level message; a hundred within ten seconds end the connection. */
  refuse(refusal: Refusal, seq?: number, n?: number): void {
    countRefusal(this.line.counters, refusal.code);
    const nowMs = this.line.clock.now();
    const envelope = toEnvelope(refusal, new Date(nowMs).toISOString(), randomUUID());
    const message = { type: 'error', message: refusal.message, ...envelope };
    this.send({ ...message, ...(seq !== undefined && { seq }), ...(n !== undefined && { n }) });
    if (nowMs - this.#badSinceMs > BAD_WINDOW_MS) {
      this.#badSinceMs = nowMs;
      this.#bad = 0;
    }
    this.#bad += 1;
    if (this.#bad >= MAX_BAD_MESSAGES) this.ws.close(1008, 'too many bad messages');
  }

  send(message: object): boolean {
    if ((message as { type?: unknown }).type === 'command') {
      this.lastOrderMs = this.line.clock.now();
      this.spare(false);
    }
    return this.sendText(JSON.stringify(message));
  }

  /**
   * A text frame of less than 126 ASCII characters (RFC 6455 5.2), written as one piece: a cumulative acknowledgement is most
   * of what a server says, and ws writes header and payload apart.
   */
  #sendShort(text: string): void {
    const { ws } = this;
    if (ws.readyState !== ws.OPEN) return;
    if (this.#socket.writableLength > MAX_BUFFERED_BYTES) return ws.close(1013, 'answers are not read');
    const frame = Buffer.allocUnsafe(2 + text.length);
    frame[0] = 0x81;
    frame[1] = text.length;
    frame.write(text, 2, 'latin1');
    this.#socket.write(frame);
  }

  sendText(text: string): boolean {
    const { ws } = this;
    if (ws.readyState !== ws.OPEN) return false;
    if (ws.bufferedAmount > MAX_BUFFERED_BYTES) {
      ws.close(1013, 'answers are not read');
      return false;
    }
    ws.send(text, { binary: false, fin: true });
    return true;
  }

  /** The journal takes nothing now: this connection is not read until it does. */
  setAccepting(isAccepting: boolean): void {
    this.#isShut = !isAccepting;
    this.#judgeReading();
  }

  /** Not read for now: others come first. */
  spare(isSpared: boolean): void {
    if (this.#isSpared === isSpared) return;
    this.#isSpared = isSpared;
    this.#judgeReading();
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#judgeReading();
  }

  #judgeReading(): void {
    const { ws } = this;
    if (ws.readyState !== ws.OPEN) return;
    if (this.#isHeld || this.#isShut || this.#isSpared) {
      if (!ws.isPaused) ws.pause();
    } else if (ws.isPaused) ws.resume();
  }

  /** The connection is gone: nothing waits for it, no order goes down it. */
  end(): void {
    this.#gate.leave(this);
    for (const droneId of this.#drones) this.line.links.detach(this.origin.tenant, droneId, this);
    this.#drones.clear();
  }
}
