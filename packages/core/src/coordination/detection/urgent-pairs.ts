/** The most urgent of very many pairs: as many as there is room for, all others counted. */
export class UrgentPairs {
  readonly room: number;
  /** How many were added. */
  found = 0;
  #size = 0;
  #ones: Uint32Array;
  #others: Uint32Array;
  #urgencies: Float64Array;
  /** Nothing less urgent is among the kept. */
  #least = Number.POSITIVE_INFINITY;

  constructor(room: number) {
    if (!(Number.isInteger(room) && room > 0)) throw new RangeError(`room for ${room} pairs is none`);
    this.room = room;
    const start = Math.min(2 * room, 4096);
    this.#ones = new Uint32Array(start);
    this.#others = new Uint32Array(start);
    this.#urgencies = new Float64Array(start);
  }

  /** The lower the more urgent; among equals the lower rows. */
  add(one: number, other: number, urgency: number): void {
    this.found += 1;
    if (urgency > this.#least) return;
    if (this.#size === this.#urgencies.length) this.#makeRoom();
    this.#ones[this.#size] = Math.min(one, other);
    this.#others[this.#size] = Math.max(one, other);
    this.#urgencies[this.#size] = urgency;
    this.#size += 1;
  }

  /** Those that are kept, the most urgent first. */
  list(): readonly (readonly [one: number, other: number])[] {
    return [...this.#order().subarray(0, this.room)].map((at) => [
      this.#ones[at] as number,
      this.#others[at] as number,
    ]);
  }

  clear(): void {
    this.found = 0;
    this.#size = 0;
    this.#least = Number.POSITIVE_INFINITY;
  }

  #order(): Uint32Array {
    const [ones, others, urgencies] = [this.#ones, this.#others, this.#urgencies] as const;
    return Uint32Array.from({ length: this.#size }, (_, at) => at).sort(
      (a, b) =>
        (urgencies[a] as number) - (urgencies[b] as number) ||
        (ones[a] as number) - (ones[b] as number) ||
        (others[a] as number) - (others[b] as number),
    );
  }

  /** Grows until twice the room, then gives up the less urgent half. */
  #makeRoom(): void {
    const isFull = this.#size >= 2 * this.room;
    const order = isFull ? this.#order().subarray(0, this.room) : undefined;
    const size = isFull ? 2 * this.room : Math.min(2 * this.room, 2 * this.#size);
    const [ones, others, urgencies] = [this.#ones, this.#others, this.#urgencies];
    this.#ones = new Uint32Array(size);
    this.#others = new Uint32Array(size);
    this.#urgencies = new Float64Array(size);
    if (order === undefined) {
      this.#ones.set(ones);
      this.#others.set(others);
      this.#urgencies.set(urgencies);
      return;
    }
    for (const [to, at] of order.entries()) {
      this.#ones[to] = ones[at] as number;
      this.#others[to] = others[at] as number;
      this.#urgencies[to] = urgencies[at] as number;
    }
    this.#size = this.room;
    this.#least = this.#urgencies[this.room - 1] as number;
  }
}
