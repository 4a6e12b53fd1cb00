import { createHash } from 'node:crypto';

const KEPT_MS = 24 * 3_600_000;
const MAX_REQUESTS = 100_000;

/** Which requests were made under which id within the last day: the same id is the same request. RELIABILITY 2.3, C2. */
export class RequestMemory {
  readonly #requests = new Map<string, { readonly hash: string; readonly atMs: number }>();
  readonly #maxRequests: number;

  constructor(maxRequests = MAX_REQUESTS) {
    this.#maxRequests = maxRequests;
  }

  /** False: this id was used for something else. `key` names tenant, actor and id. */
  admit(key: string, content: string, nowMs: number): boolean {
    this.#forget(nowMs);
    const hash = createHash('sha256').update(content).digest('base64');
    const known = this.#requests.get(key);
    if (known && nowMs - known.atMs < KEPT_MS) return known.hash === hash;
    this.#requests.delete(key);
    this.#requests.set(key, { hash, atMs: nowMs });
    return true;
  }

  #forget(nowMs: number): void {
    for (const [key, { atMs }] of this.#requests) {
      if (nowMs - atMs < KEPT_MS && this.#requests.size < this.#maxRequests) return;
      this.#requests.delete(key);
    }
  }
}
