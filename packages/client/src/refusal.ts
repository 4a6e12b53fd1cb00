/** Reads the server's refusals: the envelope of CONTRACT 4, or what a plain guide A server says. */

export interface ReadRefusal {
  readonly code: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `body`: an envelope, the `error` of one, or anything else; `fallback` names what cannot be read. */
export function toRefusal(body: unknown, fallback: string): ReadRefusal {
  const envelope: Fields = isFields(body) ? body : {};
  const { error = envelope } = envelope;
  if (!isFields(error)) return { code: fallback, reason: String(error), details: {} };
  const { code, message, details } = error;
  return {
    code: typeof code === 'string' ? code : fallback,
    reason: typeof message === 'string' ? message : fallback,
    details: isFields(details) ? details : {},
  };
}

const TEMPORARY: ReadonlySet<string> = new Set([
  ...['RATE_LIMITED', 'SERVICE_UNAVAILABLE', 'TIMEOUT_ERROR', 'INTERNAL_ERROR'],
  // A credential may be renewed; the data is still good.
  ...['AUTHENTICATION_ERROR', 'AUTHORIZATION_ERROR'],
]);

/** True where the same message may be accepted later. */
export function isTemporary(code: string): boolean {
  return TEMPORARY.has(code);
}

export function isAboutCredentials(code: string): boolean {
  return code === 'AUTHENTICATION_ERROR' || code === 'AUTHORIZATION_ERROR';
}

/** What a refused HTTP request means for what it carried. */
export function isTemporaryStatus(status: number): boolean {
  return status === 0 || status >= 500 || [401, 403, 404, 405, 408, 425, 429].includes(status);
}
