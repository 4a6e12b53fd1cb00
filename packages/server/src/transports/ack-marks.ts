/** Room for this many stays for the next messages; what a burst took beyond it is let go. */
const KEPT_ROOM = 64;
/** So many places before the head are won back at once. */
const MAX_PASSED = 4096;

/**
 * What a connection owes an answer for: journal positions in rising order, each with whatever the answer needs. Two plain
 * arrays that are written over and over, so that a message costs two stores and leaves nothing for the collector.
 */
export class AckMarks<Note extends string | number> {
  #positions: number[] = [];
  #notes: (Note | undefined)[] = [];
  #head = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#head;
  }

  /** Positions only rise: an earlier one (a repeat, a refusal) waits with the one before it. */
  push(position: number, note: Note): void {
    const last = this.length > 0 ? (this.#positions[this.#end - 1] as number) : position;
    this.#positions[this.#end] = last > position ? last : position;
    this.#notes[this.#end] = note;
    this.#end += 1;
  }

  /** Takes the oldest, if it lies before `durable`; undefined: nothing does. */
  take(durable: number): Note | undefined {
    const head = this.#head;
    if (head === this.#end || (this.#positions[head] as number) >= durable) return undefined;
    const note = this.#notes[head] as Note;
    this.#notes[head] = undefined;
    this.#head = head + 1;
    if (this.#head === this.#end) this.#restart();
    else if (this.#head === MAX_PASSED) this.#moveDown();
    return note;
  }

  #restart(): void {
    this.#head = 0;
    this.#end = 0;
    if (this.#positions.length <= KEPT_ROOM) return;
    this.#positions = [];
    this.#notes = [];
  }

  #moveDown(): void {
    this.#positions = this.#positions.slice(this.#head, this.#end);
    this.#notes = this.#notes.slice(this.#head, this.#end);
    this.#end -= this.#head;
    this.#head = 0;
  }
}
