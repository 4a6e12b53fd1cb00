interface Waiting {
  readonly untilMs: number;
  readonly tell: () => void;
}

/** Who waits for a command to be answered, and until when (monotonic). */
export class Waiters {
  readonly #waiting = new Map<string, Waiting[]>();

  /** Resolves when told, or when `untilMs` has passed at a tick. */
  wait(commandId: string, untilMs: number): Promise<void> {
    return new Promise((tell) => {
      this.#waiting.set(commandId, [...(this.#waiting.get(commandId) ?? []), { untilMs, tell }]);
    });
  }

  tell(commandId: string): void {
    const waiting = this.#waiting.get(commandId) ?? [];
    this.#waiting.delete(commandId);
    for (const { tell } of waiting) tell();
  }

  tick(nowMs: number): void {
    for (const [commandId, waiting] of this.#waiting)
      if (waiting.some(({ untilMs }) => untilMs <= nowMs)) this.tell(commandId);
  }

  close(): void {
    this.tick(Number.POSITIVE_INFINITY);
  }
}
