import type { Target } from './check.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON where it is JSON, else text. */
  readonly body: unknown;
}

export interface Request {
  readonly method?: string;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with no credential, or with another than the target's. */
  readonly key?: string | null;
}

export async function ask(target: Target, path: string, request: Request = {}): Promise<Answer> {
  const { method = 'POST', body, headers = {}, key = target.key } = request;
  const response = await fetch(`${target.http}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body !== undefined && { body: toBody(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(target.timeoutMs),
  });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), body: toValue(text) };
}

function toBody(body: unknown): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array
    ? (body as string | Uint8Array<ArrayBuffer>)
    : JSON.stringify(body);
}

function toValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function postTelemetry(
  target: Target,
  body: unknown,
  request: Omit<Request, 'body'> = {},
): Promise<Answer> {
  return ask(target, '/api/drone/telemetry', { ...request, body });
}
