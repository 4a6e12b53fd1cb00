/**
 * The hot window of identities: which samples this node has accepted of late, and where they stand in the journal.
 * O(1), in typed arrays: 40 bytes an entry, bounded. Entries live in generations; the oldest generation is dropped as a
 * whole once it is older than the window and everything in it has reached the store. Behind the window stands the
 * store's unique key.
 */

export interface SeenEntry {
  readonly position: number;
  /** Index within an array frame; 0 for a frame of one. */
  readonly index: number;
  readonly atMs: number;
}

/** Two 32-bit halves of a session's key, and the place within the session. */
export interface SampleIdentity {
  readonly keyHigh: number;
  readonly keyLow: number;
  readonly place: number;
}

const FIRST_SLOTS = 1 << 12;
const MAX_LOAD = 0.5;
const MAX_GENERATIONS = 8;
/** A generation lasts this part of the window: small tables are made and dropped without a pause that anybody feels. */
const GENERATIONS_PER_WINDOW = 4;

/** Room for so many entries without growing. */
function slotsFor(entries: number): number {
  let slots = FIRST_SLOTS;
  while (slots * MAX_LOAD < entries) slots *= 2;
  return slots;
}

class Generation {
  startedMs: number;
  #mask: number;
  #keyHigh: Int32Array;
  #keyLow: Int32Array;
  #place: Float64Array;
  /** Position + 1; 0 = the slot is free. */
  #position: Float64Array;
  #index: Uint16Array;
  #ageMs: Uint32Array;
  size = 0;
  newestPosition = -1;

  constructor(startedMs: number, slots = FIRST_SLOTS) {
    this.startedMs = startedMs;
    this.#mask = slots - 1;
    this.#keyHigh = new Int32Array(slots);
    this.#keyLow = new Int32Array(slots);
    this.#place = new Float64Array(slots);
    this.#position = new Float64Array(slots);
    this.#index = new Uint16Array(slots);
    this.#ageMs = new Uint32Array(slots);
  }

  get slots(): number {
    return this.#mask + 1;
  }

  /** Forgets everything and begins anew, in the same tables. */
  restart(startedMs: number): this {
    this.#position.fill(0);
    this.startedMs = startedMs;
    this.size = 0;
    this.newestPosition = -1;
    return this;
  }

  /** The slot that holds the identity, or the free one where it would go. */
  #slot({ keyHigh, keyLow, place }: SampleIdentity): number {
    let slot = hash(keyHigh, keyLow, place) & this.#mask;
    while (this.#position[slot] !== 0) {
      if (this.#place[slot] === place && this.#keyLow[slot] === keyLow && this.#keyHigh[slot] === keyHigh)
        return slot;
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  find(identity: SampleIdentity): SeenEntry | undefined {
    const slot = this.#slot(identity);
    const position = this.#position[slot] as number;
    if (position === 0) return undefined;
    return {
      position: position - 1,
      index: this.#index[slot] as number,
      atMs: this.startedMs + (this.#ageMs[slot] as number),
    };
  }

  add(identity: SampleIdentity, position: number, index: number, atMs: number): void {
    if (this.size >= this.slots * MAX_LOAD) this.#grow();
    const slot = this.#slot(identity);
    this.#keyHigh[slot] = identity.keyHigh;
    this.#keyLow[slot] = identity.keyLow;
    this.#place[slot] = identity.place;
    this.#position[slot] = position + 1;
    this.#index[slot] = index;
    this.#ageMs[slot] = Math.max(0, atMs - this.startedMs);
    this.size += 1;
    this.newestPosition = position;
  }

  #grow(): void {
    const { slots } = this;
    const [keyHigh, keyLow, place] = [this.#keyHigh, this.#keyLow, this.#place];
    const [position, index, age] = [this.#position, this.#index, this.#ageMs];
    const larger = new Generation(this.startedMs, slots * 2);
    for (let slot = 0; slot < slots; slot += 1) {
      if (position[slot] === 0) continue;
      const identity = {
        keyHigh: keyHigh[slot] as number,
        keyLow: keyLow[slot] as number,
        place: place[slot] as number,
      };
      const to = larger.#slot(identity);
      larger.#keyHigh[to] = identity.keyHigh;
      larger.#keyLow[to] = identity.keyLow;
      larger.#place[to] = identity.place;
      larger.#position[to] = position[slot] as number;
      larger.#index[to] = index[slot] as number;
      larger.#ageMs[to] = age[slot] as number;
    }
    this.#mask = larger.#mask;
    this.#keyHigh = larger.#keyHigh;
    this.#keyLow = larger.#keyLow;
    this.#place = larger.#place;
    this.#position = larger.#position;
    this.#index = larger.#index;
    this.#ageMs = larger.#ageMs;
  }
}

/** Multiply-xorshift over the session's halves and both halves of the place (finaliser of MurmurHash3). */
function hash(keyHigh: number, keyLow: number, place: number): number {
  const low = place | 0;
  const high = (place / 4_294_967_296) | 0;
  let h =
    keyHigh ^ Math.imul(keyLow, 0x9e37_79b1) ^ Math.imul(low, 0x85eb_ca6b) ^ Math.imul(high, 0xc2b2_ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export interface DuplicateWindowOptions {
  readonly windowMs: number;
  /** Entries in all generations together. */
  readonly maxEntries: number;
}

export class DuplicateWindow {
  readonly windowMs: number;
  readonly #maxPerGeneration: number;
  readonly #generations: Generation[];
  #releasedPosition = 0;

  constructor({ windowMs, maxEntries }: DuplicateWindowOptions, nowMs: number) {
    this.windowMs = windowMs;
    this.#maxPerGeneration = Math.max(1, Math.floor(maxEntries / MAX_GENERATIONS));
    this.#generations = [new Generation(nowMs)];
  }

  get size(): number {
    return this.#generations.reduce((sum, { size }) => sum + size, 0);
  }

  find(identity: SampleIdentity): SeenEntry | undefined {
    for (let at = this.#generations.length - 1; at >= 0; at -= 1) {
      const seen = (this.#generations[at] as Generation).find(identity);
      if (seen) return seen;
    }
    return undefined;
  }

  add(identity: SampleIdentity, position: number, index: number, atMs: number): void {
    let current = this.#generations.at(-1) as Generation;
    if (
      current.size >= this.#maxPerGeneration ||
      atMs - current.startedMs >= this.windowMs / GENERATIONS_PER_WINDOW
    ) {
      current = this.#next(current, atMs);
      this.#generations.push(current);
    }
    current.add(identity, position, index, atMs);
  }

  /** Everything before this position is in the store: the window no longer has to lead to it. */
  release(position: number): void {
    this.#releasedPosition = position;
  }

  /** Large enough for what the last one held and a quarter more, for growing moves every entry; in tables of a dropped one. */
  #next({ size }: Generation, nowMs: number): Generation {
    const slots = slotsFor(Math.min(this.#maxPerGeneration, size * 1.25));
    const dropped = this.#drop(nowMs);
    return dropped?.slots === slots ? dropped.restart(nowMs) : new Generation(nowMs, slots);
  }

  /** Makes place for one more; returns one of those that had to go. */
  #drop(nowMs: number): Generation | undefined {
    let dropped: Generation | undefined;
    while (this.#generations.length > 1) {
      const [oldest, next] = this.#generations as [Generation, Generation];
      const isOld = nowMs - next.startedMs >= this.windowMs && oldest.newestPosition < this.#releasedPosition;
      if (!isOld && this.#generations.length < MAX_GENERATIONS) break;
      dropped = this.#generations.shift();
    }
    return dropped;
  }
}
