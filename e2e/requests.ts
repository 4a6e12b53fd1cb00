import type { Json } from './socket.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface RequestOptions {
  readonly key?: string | undefined;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** One HTTP request; the answer's body is JSON, as all of ours is. */
export async function request(
  url: string,
  { key, method = 'GET', headers = {}, body }: RequestOptions = {},
): Promise<Reply> {
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(url, {
    method,
    headers: { ...authorization, ...headers },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

export function post(url: string, message: unknown, options: RequestOptions = {}): Promise<Reply> {
  const headers = { 'content-type': 'application/json', ...options.headers };
  return request(url, { ...options, method: 'POST', headers, body: JSON.stringify(message) });
}
