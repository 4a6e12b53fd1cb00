import type { ClientErrorCode } from '@skein/core';
import type { HttpClient } from './http-client.ts';
import type { LineContext } from './line.ts';
import type { OrderReply } from './orders.ts';
import { isTemporaryStatus } from './reply.ts';
import type { SocketChannel } from './socket-channel.ts';

/** What a drone says besides its data: answers to orders, and reports of its errors. Best effort and bounded. */

interface Letter {
  readonly frame: Readonly<Record<string, unknown>>;
  /** The same over HTTP. */
  readonly path: string;
  readonly body: string;
}

/** Letters that wait for a channel; the oldest goes first. */
const LETTERS = 128;
/** One code is reported at most once in this time, ms. */
const REPORT_EVERY_MS = 1000;

export class Postbag {
  readonly #line: LineContext;
  readonly #socket: SocketChannel | undefined;
  readonly #http: HttpClient | undefined;
  readonly #reportedAtMs = new Map<ClientErrorCode, number>();
  readonly #letters: Letter[] = [];
  #posting = false;

  constructor(line: LineContext, socket: SocketChannel | undefined, http: HttpClient | undefined) {
    this.#line = line;
    this.#socket = socket;
    this.#http = http;
  }

  reply(reply: OrderReply): void {
    const { type, droneId = '', commandId, result = 'in_progress', message, progressPct } = reply;
    const percent = progressPct === undefined ? undefined : `${progressPct} %`;
    const text = [percent, message].filter((part) => part !== undefined).join(': ');
    const path = `${encodeURIComponent(droneId)}/commands/${encodeURIComponent(commandId)}/ack`;
    const body = JSON.stringify({
      result,
      ...(progressPct !== undefined && { progressPct }),
      ...(text && { message: text }),
    });
    // Over HTTP progress has no route of its own: it is an answer that is not final.
    this.#add({ frame: { ...reply, ...(type === 'command_ack' && { result }) }, path, body });
  }

  report(code: ClientErrorCode, message: string): void {
    const nowMs = this.#line.settings.timers.now();
    if (nowMs - (this.#reportedAtMs.get(code) ?? Number.NEGATIVE_INFINITY) < REPORT_EVERY_MS) return;
    this.#reportedAtMs.set(code, nowMs);
    const error = { code, message: message.slice(0, 1000) };
    const timestamp = new Date(nowMs).toISOString();
    const frame = { type: 'error_report', timestamp, droneId: this.#line.droneId(), error };
    this.#add({ frame, path: 'errors', body: JSON.stringify(frame) });
  }

  /** Sends what waits, as far as a channel is there. */
  deliver(): void {
    while (this.#letters[0] && this.#socket?.write(this.#letters[0].frame)) this.#letters.shift();
    if (this.#letters.length > 0 && this.#http) void this.#post(this.#http);
  }

  #add(letter: Letter): void {
    this.#letters.push(letter);
    if (this.#letters.length > LETTERS) this.#letters.shift();
    this.deliver();
  }

  /** A letter that cannot be posted now waits for the next sign of life of a channel. */
  async #post(http: HttpClient): Promise<void> {
    if (this.#posting) return;
    this.#posting = true;
    let letter = this.#letters.shift();
    while (letter && !http.closed) {
      const { status } = await http.post(letter.path, letter.body);
      if (isTemporaryStatus(status) && status !== 404 && status !== 405) {
        this.#letters.unshift(letter);
        break;
      }
      letter = this.#letters.shift();
    }
    this.#posting = false;
  }
}
