import type { OrderMessage } from '@skein/core';
import { backoffMs } from './backoff.ts';
import type { HttpClient } from './http-client.ts';
import type { HttpAnswer } from './http-request.ts';
import type { LineContext } from './line.ts';
import { isReply } from './reply.ts';

/** How long the server may hold a request until there is an order. */
const WAIT_MS = 25_000;

/** Asks for orders over HTTP, whether or not a WebSocket brings them too (long poll, CONTRACT 2.4). */
export class OrderPoll {
  readonly #client: HttpClient;
  readonly #line: LineContext;
  #wanted = false;
  #running = false;
  #failures = 0;
  #timer: unknown;

  constructor(client: HttpClient, line: LineContext) {
    this.#client = client;
    this.#line = line;
  }

  /** Polls from now on, or no longer. */
  set(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted && !this.#running) void this.#run();
  }

  close(): void {
    this.#wanted = false;
    this.#line.settings.timers.clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#wanted && !this.#client.closed) {
      const droneId = this.#line.droneId();
      if (droneId === undefined) break;
      const askedAtMs = this.#line.settings.timers.now();
      const answer = await this.#ask(droneId);
      if (!this.#take(answer, askedAtMs)) await this.#wait(answer.retryAfterMs);
    }
    this.#running = false;
  }

  #ask(droneId: string): Promise<HttpAnswer> {
    const path = `${encodeURIComponent(droneId)}/commands?waitMs=${WAIT_MS}`;
    return this.#client.get(path, WAIT_MS + this.#line.settings.timeoutMs);
  }

  /** Hands the orders on. False when the next question should wait. */
  #take({ status, body }: HttpAnswer, askedAtMs: number): boolean {
    const commands = isReply(body) ? body.commands : undefined;
    if (status !== 200 || !Array.isArray(commands)) return false;
    for (const order of commands) this.#line.ordered(order as OrderMessage);
    const held = this.#line.settings.timers.now() - askedAtMs >= WAIT_MS / 2;
    // A server that does not hold the question is not asked again and again.
    if (!held && commands.length === 0) return false;
    this.#failures = 0;
    return true;
  }

  async #wait(retryAfterMs: number): Promise<void> {
    const { timers, random, reconnectIntervalMs } = this.#line.settings;
    const waitMs = retryAfterMs + backoffMs(reconnectIntervalMs, this.#failures, random);
    this.#failures += 1;
    await new Promise<void>((resolve) => {
      this.#timer = timers.setTimeout(resolve, waitMs);
    });
  }
}
