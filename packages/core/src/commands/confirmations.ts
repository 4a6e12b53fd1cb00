interface Given {
  readonly token: string;
  readonly untilMs: number;
}

/** Tokens that have been given out and must come back before something great is done. One per person. */
export class Confirmations {
  readonly #newId: () => string;
  readonly #given = new Map<string, Given>();

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  give(who: string, untilMs: number): string {
    const token = this.#newId();
    this.#given.set(who, { token, untilMs });
    return token;
  }

  /** True once, for who was given it, in time. */
  take(who: string, token: string, nowMs: number): boolean {
    const given = this.#given.get(who);
    if (!given || given.token !== token || nowMs > given.untilMs) return false;
    return this.#given.delete(who);
  }
}
