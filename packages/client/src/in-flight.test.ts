import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sample } from '../test/samples.ts';
import { InFlight } from './in-flight.ts';
import { type HeldMessage, toHeld } from './outbox.ts';

/** Each step does the same to the real thing and to a model of it: the numbers that have no answer. */
class Pair {
  readonly #inFlight = new InFlight();
  readonly #pushed: HeldMessage[] = [];
  readonly #waiting = new Set<number>();

  push(): void {
    const message = toHeld(sample(this.#pushed.length));
    this.#inFlight.push(message);
    this.#waiting.add(this.#pushed.push(message));
  }

  pass(n: number): void {
    const passed = [...this.#waiting].filter((number) => number <= n);
    expect(this.#inFlight.passTo(n)).toEqual(passed.map((number) => this.#pushed[number - 1]));
    for (const number of passed) this.#waiting.delete(number);
  }

  take(n: number): void {
    expect(this.#inFlight.take(n)).toBe(this.#waiting.delete(n) ? this.#pushed[n - 1] : undefined);
  }

  check(): void {
    expect(this.#inFlight.waiting).toBe(this.#waiting.size);
  }
}

it('answers each message once, under its number on the connection', () => {
  const step = fc.tuple(fc.constantFrom('push', 'push', 'pass', 'take'), fc.integer({ min: -2, max: 40 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const pair = new Pair();
      for (const [what, n] of steps) {
        pair[what](n);
        pair.check();
      }
    }),
  );
});

it('is not confused by an acknowledgement without a number', () => {
  const inFlight = new InFlight();
  inFlight.push(toHeld(sample(0)));
  expect(inFlight.passTo(Number.NaN)).toEqual([]);
  expect(inFlight.passTo(1)).toHaveLength(1);
});
