import type { Settings } from './config.ts';

/** What came back. `status` 0: nothing did, and `fault` says why. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number;
  readonly fault?: string;
  /** Nothing came back in time. */
  readonly late?: true;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** JSON text. */
  readonly body?: string;
  readonly timeoutMs: number;
}

/** A server's wish to be left alone is granted up to this. */
const RETRY_AFTER_CAP_MS = 300_000;

/** One request with the line's credential, bounded in time. Never throws: a request that fails is an answer too. */
export async function requestHttp(
  settings: Settings,
  request: HttpRequest,
  abort: AbortController,
): Promise<HttpAnswer> {
  const { timers } = settings;
  let late = false;
  const timer = timers.setTimeout(() => {
    late = true;
    abort.abort();
  }, request.timeoutMs);
  try {
    return await fetchJson(settings, request, abort.signal);
  } catch (fault) {
    const failure = { status: 0, body: undefined, retryAfterMs: 0 };
    if (late) return { ...failure, fault: `No answer within ${request.timeoutMs} ms`, late };
    return { ...failure, fault: fault instanceof Error ? fault.message : String(fault) };
  } finally {
    timers.clearTimeout(timer);
  }
}

async function fetchJson(settings: Settings, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { method, url, body } = request;
  const credential = await settings.credential();
  const headers = {
    ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(settings.durability !== 'disk' && { prefer: `durability=${settings.durability}` }),
  };
  const response = await settings.fetch(url, {
    method,
    headers,
    signal,
    ...(body !== undefined && { body }),
  });
  const retryAfterMs = toRetryAfterMs(response.headers.get('retry-after'), settings.timers.now());
  return { status: response.status, body: parseJson(await response.text()), retryAfterMs };
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
