/** Where a message's numbers and its time of day stand: what a template cuts out (telemetry-template.ts). */

export interface Token {
  /** Names joined by points: `telemetry.battery`. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** Holes in the order of the bytes, and where the message ends. */
export interface Holes {
  readonly holes: readonly Token[];
  readonly end: number;
}

/** `12:34:56.789Z` */
export const TIME_BYTES = 13;
/** `2026-11-21T` */
export const DATE_BYTES = 11;

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const COLON = 58;
const BRACKET = 91;
const BACKSLASH = 92;
const LAST_ASCII = 126;
const OPEN = 123;
const CLOSE = 125;
/** Digits, point, minus, plus, e, E: everything a JSON number is made of. */
const NUMBER = /[-+.0-9eE]/;

/**
 * The holes of bytes that are known to be a JSON object. Undefined where there is anything a template cannot hold: escapes,
 * bytes beyond ASCII, lists, a key twice in one object, a number with an exponent, a timestamp of another form.
 */
export function findHoles(bytes: Uint8Array): Holes | undefined {
  if (bytes.some((byte) => byte === BACKSLASH || byte === BRACKET || byte > LAST_ASCII)) return undefined;
  const scan = new HoleScan(String.fromCharCode(...bytes));
  return scan.run() ? { holes: scan.holes, end: bytes.length } : undefined;
}

class HoleScan {
  readonly holes: Token[] = [];
  readonly #text: string;
  readonly #parents: string[] = [];
  readonly #seen = new Set<string>();
  #key = '';
  #isKey = true;

  constructor(text: string) {
    this.#text = text;
  }

  /** False: no template for this message. */
  run(): boolean {
    let at = 0;
    while (at < this.#text.length) {
      const next = this.#step(at);
      if (next === undefined) return false;
      at = next;
    }
    return true;
  }

  /** Takes what begins at `at`; returns where to go on. */
  #step(at: number): number | undefined {
    const code = this.#text.charCodeAt(at);
    if (code === QUOTE) return this.#isKey ? this.#takeKey(at) : this.#takeText(at);
    if (code === MINUS || (code >= 48 && code <= 57)) return this.#takeNumber(at);
    if (code === OPEN) this.#parents.push(this.#key);
    if (code === CLOSE) this.#parents.pop();
    if (code === OPEN || code === COMMA) this.#isKey = true;
    if (code === COLON) this.#isKey = false;
    return at + 1;
  }

  get #path(): string {
    return [...this.#parents.slice(1), this.#key].join('.');
  }

  #takeKey(at: number): number | undefined {
    const end = this.#text.indexOf('"', at + 1);
    this.#key = this.#text.slice(at + 1, end);
    // Of two equal keys JSON.parse takes the last.
    if (this.#seen.has(this.#path)) return undefined;
    this.#seen.add(this.#path);
    return end + 1;
  }

  #takeText(at: number): number | undefined {
    const end = this.#text.indexOf('"', at + 1);
    if (this.#path !== 'timestamp') return end + 1;
    if (end - at - 1 !== DATE_BYTES + TIME_BYTES) return undefined;
    this.holes.push({ path: 'timestamp', start: at + 1 + DATE_BYTES, end });
    return end + 1;
  }

  #takeNumber(start: number): number | undefined {
    let end = start;
    while (NUMBER.test(this.#text.charAt(end))) end += 1;
    if (/[eE]/.test(this.#text.slice(start, end))) return undefined;
    this.holes.push({ path: this.#path, start, end });
    return end;
  }
}
