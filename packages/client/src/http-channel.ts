import { backoffMs } from './backoff.ts';
import type { HttpClient } from './http-client.ts';
import type { HttpAnswer } from './http-request.ts';
import type { LineContext } from './line.ts';
import { type HeldMessage, toText } from './outbox.ts';
import { isReply, isTemporary, isTemporaryStatus, type Reply, toReceipt, toRefusal } from './reply.ts';
import { SendQueue } from './send-queue.ts';

/** Guide A's BATCH_SIZE. */
const BATCH_ITEMS = 100;

/**
 * The HTTP side of a line: posts what has collected, at its interval; anomalies at once. Beside a WebSocket it carries
 * every message a second time, and alone what the WebSocket could not.
 */
export class HttpChannel {
  readonly #line: LineContext;
  readonly #client: HttpClient;
  readonly #telemetry: SendQueue;
  readonly #anomalies: SendQueue;
  #batchItems = BATCH_ITEMS;
  #batches = true;
  #failures = 0;
  #busy = false;
  #notBeforeMs = 0;
  #timer: unknown;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(client: HttpClient, line: LineContext) {
    this.#line = line;
    this.#client = client;
    this.#telemetry = new SendQueue(line.settings.bufferMessages);
    this.#anomalies = new SendQueue(line.settings.bufferMessages);
  }

  offer(message: HeldMessage): void {
    const isAnomaly = message.kind === 'anomaly';
    (isAnomaly ? this.#anomalies : this.#telemetry).push(message);
    const full = this.#telemetry.length >= BATCH_ITEMS;
    this.#schedule(isAnomaly || full ? 0 : this.#line.settings.httpIntervalMs);
  }

  /** Posts what there is now, not at the interval. */
  hurry(): void {
    if (this.#telemetry.length > 0) this.#schedule(0);
  }

  close(): void {
    this.#line.settings.timers.clearTimeout(this.#timer);
  }

  #schedule(ms: number): void {
    if (this.#busy || this.#client.closed) return;
    const { timers } = this.#line.settings;
    const nowMs = timers.now();
    const dueMs = Math.max(nowMs + ms, this.#notBeforeMs);
    if (this.#dueMs <= dueMs) return;
    timers.clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = timers.setTimeout(() => void this.#run(), dueMs - nowMs);
  }

  async #run(): Promise<void> {
    this.#busy = true;
    this.#dueMs = Number.POSITIVE_INFINITY;
    let goesOn = true;
    while (goesOn && !this.#client.closed) goesOn = await this.#postNext();
    this.#busy = false;
    if (this.#anomalies.length + this.#telemetry.length > 0) this.#schedule(0);
  }

  /** False when there is nothing more to post, or no use in it now. */
  async #postNext(): Promise<boolean> {
    const [anomaly] = this.#take(this.#anomalies, 1);
    if (anomaly) return this.#postOne(anomaly, 'anomaly', this.#anomalies);
    const batch = this.#take(this.#telemetry, this.#batches ? this.#batchItems : 1);
    const [first] = batch;
    if (!first) return false;
    return batch.length === 1
      ? this.#postOne(first, this.#client.endpoint, this.#telemetry)
      : this.#postBatch(batch);
  }

  #take(queue: SendQueue, count: number): HeldMessage[] {
    // What the WebSocket has delivered goes this way too, but is tried only once.
    const wanted = ({ state, sentBy }: HeldMessage) =>
      state === 'held' || (state === 'delivered' && !sentBy.http);
    return queue.take(count, this.#line.settings.maxMessageBytes, wanted);
  }

  async #postOne(message: HeldMessage, path: string, queue: SendQueue): Promise<boolean> {
    const answer = await this.#post([message], path, toText(message, 'http'));
    const { status, body } = answer;
    if (status === 404 || status === 405) this.#line.fail('TRANSMISSION_ERROR', `${path} answered ${status}`);
    // A proxy's 403 says nothing about the message; the server's own does.
    const foreign = status === 403 && toRefusal(body, '').code === '';
    if (isTemporaryStatus(status) || foreign) return this.#retryLater([message], queue, answer);
    if (status < 300) this.#acknowledge(message, body);
    else this.#line.outbox.reject(message, toRefusal(body, `HTTP_${status}`));
    this.#succeed();
    return true;
  }

  async #postBatch(batch: readonly HeldMessage[]): Promise<boolean> {
    const texts = batch.map((message) => toText(message, 'http'));
    const answer = await this.#post(batch, `${this.#client.endpoint}/batch`, `[${texts.join()}]`);
    const { status } = answer;
    // A plain guide A server knows no batches.
    if (status === 404 || status === 405) this.#batches = false;
    else if (isTemporaryStatus(status) || status === 403)
      return this.#retryLater(batch, this.#telemetry, answer);
    else if (status < 300 && isReply(answer.body) && Array.isArray(answer.body.results))
      return this.#settle(batch, answer.body.results, answer);
    // Halved until it is accepted, or until the one that spoils it stands alone.
    else this.#batchItems = Math.ceil(batch.length / 2);
    this.#telemetry.putBack(batch);
    return true;
  }

  #settle(batch: readonly HeldMessage[], results: readonly unknown[], answer: HttpAnswer): boolean {
    const again: HeldMessage[] = [];
    // Said once for all items.
    const { durability } = toReceipt(answer.body);
    batch.forEach((message, index) => {
      const result = results[index];
      const { status, ...item }: Reply = isReply(result) ? result : {};
      const refusal = toRefusal(item, 'TRANSMISSION_ERROR');
      if (status === 'success' || status === 200) this.#acknowledge(message, { durability, ...item });
      else if (status === undefined || isTemporary(refusal.code)) again.push(message);
      else this.#line.outbox.reject(message, refusal);
    });
    if (again.length > 0) return this.#retryLater(again, this.#telemetry, answer);
    this.#succeed();
    return true;
  }

  #succeed(): void {
    this.#failures = 0;
    this.#batchItems = Math.min(BATCH_ITEMS, this.#batchItems * 2);
  }

  #post(messages: readonly HeldMessage[], path: string, body: string): Promise<HttpAnswer> {
    for (const message of messages) this.#line.outbox.markSent(message, 'http');
    return this.#client.post(path, body);
  }

  #acknowledge(message: HeldMessage, reply: unknown): void {
    this.#line.outbox.acknowledge(message, { channel: 'http', ...toReceipt(reply) });
  }

  #retryLater(messages: readonly HeldMessage[], queue: SendQueue, { retryAfterMs }: HttpAnswer): false {
    const { timers, random, reconnectIntervalMs } = this.#line.settings;
    queue.putBack(messages);
    const waitMs = retryAfterMs + backoffMs(reconnectIntervalMs, this.#failures, random);
    this.#failures += 1;
    this.#notBeforeMs = timers.now() + waitMs;
    return false;
  }
}
