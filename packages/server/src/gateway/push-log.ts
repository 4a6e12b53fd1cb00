/** A push that is never dropped, as it was said; its text lacks the opening brace, `seq` and `cursor`. */
export interface KeptPush {
  readonly number: number;
  readonly droneId: string | undefined;
  /** Of what is about several. */
  readonly droneIds?: readonly string[] | undefined;
  /** Only for this one, and for whoever follows the drone. */
  readonly actor: string | undefined;
  readonly tail: string;
}

export interface Resumed {
  readonly pushes: readonly KeptPush[];
  /** Something after the cursor is not known any more, or the cursor is of an earlier life of the server. */
  readonly gap: boolean;
}

const MAX_PUSHES = 4096;
const MAX_CHARACTERS = 4 * 1024 * 1024;
const CURSOR = /^([0-9a-z]{1,20})-([0-9]{1,15})$/;

/** What was pushed to one tenant last: from it, who was away is told what happened meanwhile. Bounded. */
export class PushLog {
  readonly #epoch: string;
  #pushes: KeptPush[] = [];
  #last = 0;
  #characters = 0;

  /** `epoch` names this life of the server: numbers begin anew with each. */
  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  get last(): number {
    return this.#last;
  }

  cursorAt(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  append(given: Omit<KeptPush, 'number'>): KeptPush {
    this.#last += 1;
    const { tail } = given;
    const push = { ...given, number: this.#last };
    this.#pushes.push(push);
    this.#characters += tail.length;
    if (this.#pushes.length > MAX_PUSHES || this.#characters > MAX_CHARACTERS) this.#forget();
    return push;
  }

  /** Half of it at once, so that forgetting costs next to nothing. */
  #forget(): void {
    this.#pushes = this.#pushes.slice(Math.ceil(this.#pushes.length / 2));
    this.#characters = this.#pushes.reduce((sum, { tail }) => sum + tail.length, 0);
  }

  /** What came after the cursor, up to and including `upTo`. */
  since(cursor: string, upTo: number): Resumed {
    const [, epoch, digits] = CURSOR.exec(cursor) ?? [];
    const after = Number(digits);
    if (epoch !== this.#epoch || after > this.#last)
      return { pushes: this.#pushes.filter(({ number }) => number <= upTo), gap: true };
    const pushes = this.#pushes.filter(({ number }) => number > after && number <= upTo);
    const first = this.#pushes[0]?.number ?? this.#last + 1;
    return { pushes, gap: after + 1 < first };
  }
}
