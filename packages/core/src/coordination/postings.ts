/**
 * Which slot is under which key, in typed arrays: 16 bytes a posting and 2 to 4 for the way to it. Keys are hashes, and two
 * may be the same: what is found under a key is a candidate, never an answer.
 */

const FIRST_CAPACITY = 1 << 12;
/** Postings a head, on average, before there are more heads. */
const MAX_CHAIN = 2;
/** No posting, and the end of a chain. */
export const NONE_POSTED = -1;

/** Numbers of a posting, side by side: to follow a chain is one line of cache a posting. */
const SIZE = 4;
const KEY = 0;
const SLOT = 1;
/** The next one of the same head, or of the free ones. */
const NEXT = 2;
/** The one before of the same slot. */
const SIBLING = 3;

export class Postings {
  #heads = new Int32Array(FIRST_CAPACITY).fill(NONE_POSTED);
  #numbers = new Int32Array(FIRST_CAPACITY * SIZE);
  /** Postings are told by the index of their first number. */
  #free = NONE_POSTED;
  /** From here on nothing has ever been used. */
  #end = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The first posting that may be under a key, for `next`. */
  first(key: number): number {
    return this.#heads[key & (this.#heads.length - 1)] as number;
  }

  next(posting: number): number {
    return this.#numbers[posting + NEXT] as number;
  }

  isUnder(posting: number, key: number): boolean {
    return this.#numbers[posting + KEY] === key;
  }

  slotOf(posting: number): number {
    return this.#numbers[posting + SLOT] as number;
  }

  /** Posts a slot under a key (a signed 32-bit integer); the result leads to it and to its sibling. */
  post(key: number, slot: number, sibling: number): number {
    if (this.#size >= MAX_CHAIN * this.#heads.length) this.#widen();
    const posting = this.#take();
    this.#numbers[posting + KEY] = key;
    this.#numbers[posting + SLOT] = slot;
    this.#numbers[posting + SIBLING] = sibling;
    this.#link(posting);
    this.#size += 1;
    return posting;
  }

  /** Removes a posting and all that it leads to by its siblings. */
  removeAll(first: number): void {
    for (let posting = first; posting !== NONE_POSTED; ) {
      const sibling = this.#numbers[posting + SIBLING] as number;
      this.#unlink(posting);
      this.#numbers[posting + NEXT] = this.#free;
      this.#free = posting;
      this.#size -= 1;
      posting = sibling;
    }
  }

  #take(): number {
    const free = this.#free;
    if (free !== NONE_POSTED) {
      this.#free = this.next(free);
      return free;
    }
    if (this.#end === this.#numbers.length) this.#grow();
    this.#end += SIZE;
    return this.#end - SIZE;
  }

  #binOf(posting: number): number {
    return (this.#numbers[posting + KEY] as number) & (this.#heads.length - 1);
  }

  #link(posting: number): void {
    const bin = this.#binOf(posting);
    this.#numbers[posting + NEXT] = this.#heads[bin] as number;
    this.#heads[bin] = posting;
  }

  #unlink(posting: number): void {
    const bin = this.#binOf(posting);
    const next = this.next(posting);
    let before = this.#heads[bin] as number;
    if (before === posting) {
      this.#heads[bin] = next;
      return;
    }
    while (this.next(before) !== posting) before = this.next(before);
    this.#numbers[before + NEXT] = next;
  }

  #grow(): void {
    // By a quarter: what is not used yet, and the array before, are in memory too.
    const larger = new Int32Array(Math.ceil(this.#numbers.length / SIZE / 4) * 5 * SIZE);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }

  #widen(): void {
    const old = this.#heads;
    this.#heads = new Int32Array(old.length * 2).fill(NONE_POSTED);
    for (const head of old)
      for (let posting = head; posting !== NONE_POSTED; ) {
        const next = this.next(posting);
        this.#link(posting);
        posting = next;
      }
  }
}
