import type { ClientErrorCode } from '@skein/core';
import { type HttpAnswer, requestHttp } from './http-request.ts';
import type { LineContext } from './line.ts';

/** One server over HTTP, and whether it can be reached. */
export class HttpClient {
  readonly endpoint: string;
  readonly #line: LineContext;
  readonly #underWay = new Set<AbortController>();
  #alive = false;
  #failures = 0;
  #reported: ClientErrorCode | undefined;
  #closed = false;
  #heardAtMs = Number.NEGATIVE_INFINITY;

  /** `endpoint`: guide A's, to which telemetry is posted; the other routes stand beside it. */
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

  /** Epoch ms of the last sign of life. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** `path`: absolute, or beside the endpoint (`heartbeat` stands next to `telemetry`). */
  get(path: string, timeoutMs: number): Promise<HttpAnswer> {
    return this.#request({ method: 'GET', url: this.#urlOf(path), timeoutMs });
  }

  /** `body`: JSON text. */
  post(path: string, body: string): Promise<HttpAnswer> {
    const { timeoutMs } = this.#line.settings;
    return this.#request({ method: 'POST', url: this.#urlOf(path), body, timeoutMs });
  }

  close(): void {
    this.#closed = true;
    for (const abort of this.#underWay) abort.abort();
  }

  #urlOf(path: string): string {
    return new URL(path, this.endpoint).href;
  }

  async #request(request: Parameters<typeof requestHttp>[1]): Promise<HttpAnswer> {
    const abort = new AbortController();
    this.#underWay.add(abort);
    const answer = await requestHttp(this.#line.settings, request, abort);
    this.#underWay.delete(abort);
    if (!this.#closed) this.#note(answer);
    return answer;
  }

  #note(answer: HttpAnswer): void {
    const { status } = answer;
    const wasAlive = this.#alive;
    this.#alive = status > 0 && status < 500 && ![401, 403, 429].includes(status);
    if (this.#alive) {
      this.#heardAtMs = this.#line.settings.timers.now();
      this.#failures = 0;
      this.#reported = undefined;
    } else {
      this.#failures += 1;
      this.#complain(answer);
    }
    if (wasAlive !== this.#alive) this.#line.changed();
  }

  /** Each kind of trouble is told once, until it is over. */
  #complain({ status, late, fault }: HttpAnswer): void {
    const report = (code: ClientErrorCode, message: string) => {
      if (this.#reported === code) return;
      this.#reported = code;
      this.#line.fail(code, message);
    };
    const text = fault ?? `The server answered ${status}`;
    if (status === 401 || status === 403) report('AUTHENTICATION_ERROR', text);
    else if (late) report('TIMEOUT_ERROR', text);
    else if (this.#failures > this.#line.settings.maxReconnectAttempts) report('CONNECTION_FAILED', text);
  }
}
