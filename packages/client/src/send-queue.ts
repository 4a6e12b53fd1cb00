import type { HeldMessage } from './outbox.ts';

/** What one channel still has to send, in order. Messages settled elsewhere in the meantime are passed over. */
export class SendQueue {
  readonly #limit: number;
  #items: HeldMessage[] = [];
  #head = 0;

  /** `limit`: beyond it, what is no longer held is forgotten. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(message: HeldMessage): void {
    this.#items.push(message);
    // Twice the limit, so that each message is looked at once on average.
    if (this.length >= 2 * this.#limit) this.#replace(this.#rest().filter(({ state }) => state === 'held'));
  }

  fill(messages: readonly HeldMessage[]): void {
    this.#replace([...messages]);
  }

  /** Back to the front, for another try. */
  putBack(messages: readonly HeldMessage[]): void {
    this.#replace([...messages, ...this.#rest()]);
  }

  /**
   * The next messages that `wanted` accepts: at most `count`, and `bytes` with a separator each, but at least one. An
   * anomaly travels alone: a batch is telemetry only.
   */
  take(count: number, bytes: number, wanted: (message: HeldMessage) => boolean): HeldMessage[] {
    const taken: HeldMessage[] = [];
    let size = 2;
    for (; this.#head < this.#items.length && taken.length < count; this.#head += 1) {
      const next = this.#items[this.#head] as HeldMessage;
      if (!wanted(next)) continue;
      size += next.bytes + 1;
      const alone = next.kind === 'anomaly' || taken[0]?.kind === 'anomaly';
      if (taken.length > 0 && (size > bytes || alone)) break;
      taken.push(next);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) this.#replace(this.#rest());
    return taken;
  }

  clear(): void {
    this.#replace([]);
  }

  #rest(): HeldMessage[] {
    return this.#items.slice(this.#head);
  }

  #replace(items: HeldMessage[]): void {
    this.#items = items;
    this.#head = 0;
  }
}
