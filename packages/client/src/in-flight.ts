import type { MessageKind } from './events.ts';
import type { HeldMessage } from './outbox.ts';

/**
 * The messages of one connection that have no answer yet, by their number on it (1, 2, 3, …). A place is emptied when
 * its message is answered before the cumulative acknowledgement passes it.
 */
export class InFlight {
  readonly #places: (HeldMessage | undefined)[] = [];
  /** Number of the message before the first place. */
  #passed = 0;
  #waiting = 0;

  /** Messages without an answer. */
  get waiting(): number {
    return this.#waiting;
  }

  push(message: HeldMessage): void {
    this.#places.push(message);
    this.#waiting += 1;
  }

  /** Everything up to the number `n`, which is answered now. */
  passTo(n: number): HeldMessage[] {
    if (!Number.isSafeInteger(n)) return [];
    const count = Math.max(0, Math.min(n - this.#passed, this.#places.length));
    const passed = this.#places.splice(0, count).filter((message) => message !== undefined);
    this.#passed += count;
    this.#waiting -= passed.length;
    return passed;
  }

  /** The message of the number `n`, if it has no answer yet, which is answered now. */
  take(n: number): HeldMessage | undefined {
    const index = n - this.#passed - 1;
    const message = this.#places[index];
    if (!message) return undefined;
    this.#places[index] = undefined;
    this.#waiting -= 1;
    this.#trim();
    return message;
  }

  /** The oldest without an answer that fits: how an answer that carries no number finds its message. */
  takeOldest(kind: MessageKind | undefined, seq: number | undefined): HeldMessage | undefined {
    const index = this.#places.findIndex(
      (message) => message && (kind ?? message.kind) === message.kind && message.seq === seq,
    );
    return index < 0 ? undefined : this.take(this.#passed + index + 1);
  }

  #trim(): void {
    const first = this.#places.findIndex((message) => message !== undefined);
    const empty = first < 0 ? this.#places.length : first;
    this.#places.splice(0, empty);
    this.#passed += empty;
  }
}
