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
    if (this.#size > this.room) this.#prune();
    return [...this.#inOrder((at) => at < this.#size)].map((at) => [
      this.#ones[at] as number,
      this.#others[at] as number,
    ]);
  }

  clear(): void {
    this.found = 0;
    this.#size = 0;
    this.#least = Number.POSITIVE_INFINITY;
  }

  #makeRoom(): void {
    if (this.#size >= 2 * this.room) return this.#prune();
    const size = Math.min(2 * this.room, 2 * this.#size);
    const [ones, others, urgencies] = [this.#ones, this.#others, this.#urgencies];
    this.#ones = new Uint32Array(size);
    this.#others = new Uint32Array(size);
    this.#urgencies = new Float64Array(size);
    this.#ones.set(ones);
    this.#others.set(others);
    this.#urgencies.set(urgencies);
  }

  /** Gives up all but as many as there is room for. */
  #prune(): void {
    const urgencies = this.#urgencies;
    this.#least = urgencies.slice(0, this.#size).sort()[this.room - 1] as number;
    // Those as urgent as the last that has room are the only ones whose rows matter.
    const equals = this.#inOrder((at) => urgencies[at] === this.#least);
    let size = 0;
    for (let at = 0; at < this.#size; at += 1) if ((urgencies[at] as number) < this.#least) size += 1;
    const kept = new Set(equals.subarray(0, this.room - size));
    size = 0;
    for (let at = 0; at < this.#size; at += 1) {
      if (!((urgencies[at] as number) < this.#least || kept.has(at))) continue;
      this.#ones[size] = this.#ones[at] as number;
      this.#others[size] = this.#others[at] as number;
      urgencies[size] = urgencies[at] as number;
      size += 1;
    }
    this.#size = size;
  }

  #inOrder(isWanted: (at: number) => boolean): Uint32Array {
    const [ones, others, urgencies] = [this.#ones, this.#others, this.#urgencies] as const;
    const wanted: number[] = [];
    for (let at = 0; at < this.#size; at += 1) if (isWanted(at)) wanted.push(at);
    return Uint32Array.from(wanted).sort(
      (a, b) =>
        (urgencies[a] as number) - (urgencies[b] as number) ||
        (ones[a] as number) - (ones[b] as number) ||
        (others[a] as number) - (others[b] as number),
    );
  }
}
