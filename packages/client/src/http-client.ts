import type { ClientErrorCode } from '@skein/core';
import type { LineContext } from './line.ts';

/** What came back. `status` 0: nothing did. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute, or beside the endpoint: `heartbeat` stands next to guide A's `telemetry`. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** Default: the line's. */
  readonly timeoutMs?: number;
}

/** A server's wish to be left alone is granted up to this. */
const RETRY_AFTER_CAP_MS = 300_000;

/** One server over HTTP: bounded requests with the credential, and whether it can be reached. */
export class HttpClient {
  readonly endpoint: string;
  readonly #line: LineContext;
  readonly #underWay = new Set<AbortController>();
  #alive = false;
  #failures = 0;
  #reported: ClientErrorCode | undefined;
  #closed = false;
  /** Epoch ms of the last answer that was not a failure. */
  heardAtMs = Number.NEGATIVE_INFINITY;

  constructor(endpoint: string, line: LineContext) {
    this.endpoint = endpoint;
    this.#line = line;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Never throws; a request that fails is an answer of status 0. */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { settings } = this.#line;
    const timeoutMs = request.timeoutMs ?? settings.timeoutMs;
    const abort = new AbortController();
    let late = false;
    const timer = settings.timers.setTimeout(() => {
      late = true;
      abort.abort();
    }, timeoutMs);
    this.#underWay.add(abort);
    try {
      const answer = await this.#fetch(request, abort.signal);
      this.#note(answer.status);
      return answer;
    } catch (fault) {
      this.#note(0, late ? `No answer within ${timeoutMs} ms` : undefined, fault);
      return { status: 0, body: undefined, retryAfterMs: 0 };
    } finally {
      settings.timers.clearTimeout(timer);
      this.#underWay.delete(abort);
    }
  }

  close(): void {
    this.#closed = true;
    for (const abort of this.#underWay) abort.abort();
  }

  async #fetch({ method, path, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { settings } = this.#line;
    const credential = await settings.credential();
    const headers = {
      ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(settings.durability !== 'disk' && { prefer: `durability=${settings.durability}` }),
    };
    const url = new URL(path, this.endpoint);
    const response = await settings.fetch(url.href, {
      method,
      headers,
      signal,
      ...(body !== undefined && { body }),
    });
    const retryAfterMs = toRetryAfterMs(response.headers.get('retry-after'), settings.timers.now());
    return { status: response.status, body: parseJson(await response.text()), retryAfterMs };
  }

  #note(status: number, late?: string, fault?: unknown): void {
    if (this.#closed) return;
    const wasAlive = this.#alive;
    this.#alive = status > 0 && status < 500 && status !== 401 && status !== 403 && status !== 429;
    if (this.#alive) {
      this.heardAtMs = this.#line.settings.timers.now();
      this.#failures = 0;
      this.#reported = undefined;
    } else {
      this.#failures += 1;
      this.#complain(status, late, fault);
    }
    if (wasAlive !== this.#alive) this.#line.changed();
  }

  /** Each kind of trouble is told once, until it is over. */
  #complain(status: number, late: string | undefined, fault: unknown): void {
    const report = (code: ClientErrorCode, message: string) => {
      if (this.#reported === code) return;
      this.#reported = code;
      this.#line.fail(code, message);
    };
    if (status === 401 || status === 403) report('AUTHENTICATION_ERROR', `The server answered ${status}`);
    else if (late !== undefined) report('TIMEOUT_ERROR', late);
    else if (this.#failures === this.#line.settings.maxReconnectAttempts + 1) {
      report('CONNECTION_FAILED', status === 0 ? String(fault) : `The server answered ${status}`);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Retry-After`: seconds or a date (RFC 9110 section 10.2.3). Absent or unreadable: 0. */
function toRetryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Math.min(RETRY_AFTER_CAP_MS, Math.max(0, ms || 0));
}
