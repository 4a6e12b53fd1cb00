/**
 * What a connection owes an answer for: journal positions in rising order, each with whatever the answer needs. Two plain
 * arrays and a head, so that a message costs two pushes.
 */
export class AckMarks<Note> {
  #positions: number[] = [];
  #notes: Note[] = [];
  #head = 0;

  get length(): number {
    return this.#positions.length - this.#head;
  }

  /** Positions only rise: an earlier one (a repeat, a refusal) waits with the one before it. */
  push(position: number, note: Note): void {
    const last = this.#positions.at(-1);
    this.#positions.push(last !== undefined && this.length > 0 && last > position ? last : position);
    this.#notes.push(note);
  }

  /** Takes everything that lies before `durable`, in order. */
  drain(durable: number, visit: (note: Note) => void): void {
    while (this.#head < this.#positions.length && (this.#positions[this.#head] as number) < durable) {
      visit(this.#notes[this.#head] as Note);
      this.#head += 1;
    }
    if (this.#head === this.#positions.length) {
      this.#positions = [];
      this.#notes = [];
      this.#head = 0;
    } else if (this.#head > 4096) {
      this.#positions = this.#positions.slice(this.#head);
      this.#notes = this.#notes.slice(this.#head);
      this.#head = 0;
    }
  }
}
