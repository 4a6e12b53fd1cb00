/** What can be made to stop reading for a moment. */
export interface Readable {
  pauseReading(): void;
  resumeReading(): void;
}

const BUDGET_MS = 8;

/**
 * How long reading may take in one turn of the event loop. A connection that goes on after the budget is spent is paused
 * until the next turn: 100 flooding connections cannot starve timers, operators or each other.
 */
export class TurnBudget {
  readonly #monotonic: () => number;
  #startedMs = Number.NaN;
  #paused: Readable[] = [];
  #isArmed = false;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** To be asked every few messages: true when this turn has had enough; the connection is then paused. */
  spend(connection: Readable): boolean {
    const nowMs = this.#monotonic();
    if (!this.#isArmed) {
      this.#startedMs = nowMs;
      this.#arm();
    }
    if (nowMs - this.#startedMs < BUDGET_MS) return false;
    connection.pauseReading();
    this.#paused.push(connection);
    return true;
  }

  #arm(): void {
    this.#isArmed = true;
    setImmediate(() => {
      this.#isArmed = false;
      const paused = this.#paused;
      this.#paused = [];
      for (const connection of paused) connection.resumeReading();
    });
  }
}
