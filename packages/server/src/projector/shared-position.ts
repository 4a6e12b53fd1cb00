/** The positions the line and its projector share between their threads, and a bell. */
export class SharedPosition {
  readonly memory: SharedArrayBuffer;
  readonly #positions: Float64Array;
  readonly #bell: Int32Array;

  constructor(memory = new SharedArrayBuffer(40)) {
    this.memory = memory;
    this.#positions = new Float64Array(memory, 0, 4);
    this.#bell = new Int32Array(memory, 32, 1);
  }

  /** Where the journal ended when it was opened; -1 until it is. */
  get opened(): number {
    return (this.#positions[2] as number) - 1;
  }

  setOpened(end: number): void {
    this.#positions[2] = end + 1;
    this.setProjected(Math.min(this.projected, end));
    this.setDurable(end);
  }

  /** Everything before it is flushed in the journal. */
  get durable(): number {
    return this.#positions[0] as number;
  }

  setDurable(position: number): void {
    this.#positions[0] = position;
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  /** The part of its time the line's event loop has been busy of late: 0 to 1. */
  get lineLoad(): number {
    return this.#positions[3] as number;
  }

  setLineLoad(load: number): void {
    this.#positions[3] = load;
  }

  /** Everything before it is in the store. */
  get projected(): number {
    return this.#positions[1] as number;
  }

  setProjected(position: number): void {
    this.#positions[1] = position;
  }

  /** Resolves when `durable` may have moved, or after `ms`. */
  async waitForDurable(ms: number): Promise<void> {
    const seen = Atomics.load(this.#bell, 0);
    await Atomics.waitAsync(this.#bell, 0, seen, ms).value;
  }
}
