import type { Durability } from '@skein/core';

/** What the server says, over either channel, as it may come: nothing about it is certain. */
export interface Reply {
  readonly type?: unknown;
  readonly status?: unknown;
  readonly upto?: unknown;
  readonly n?: unknown;
  readonly seq?: unknown;
  readonly dataId?: unknown;
  readonly anomalyId?: unknown;
  readonly durability?: unknown;
  readonly error?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
  readonly retryAfterS?: unknown;
  readonly results?: unknown;
  readonly commands?: unknown;
}

export function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an acknowledgement says beyond yes. */
export function toReceipt(reply: unknown): { durability?: Durability; dataId?: string } {
  if (!isReply(reply)) return {};
  const { durability, dataId, anomalyId } = reply;
  const id = dataId ?? anomalyId;
  return {
    ...((durability === 'disk' || durability === 'stored') && { durability }),
    ...(typeof id === 'string' && { dataId: id }),
  };
}

export interface ReadRefusal {
  readonly code: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Reads the envelope of CONTRACT 4, or what a plain guide A server says; `fallback` names what cannot be read. */
export function toRefusal(reply: unknown, fallback: string): ReadRefusal {
  const envelope: Reply = isReply(reply) ? reply : {};
  const { error = envelope } = envelope;
  if (!isReply(error)) return { code: fallback, reason: String(error), details: {} };
  const { code, message, details } = error;
  return {
    code: typeof code === 'string' ? code : fallback,
    reason: typeof message === 'string' ? message : fallback,
    details: isReply(details) ? { ...details } : {},
  };
}

/** When the server wants to be asked again, ms; 0 where it did not say. */
export function toRetryMs({ details }: ReadRefusal): number {
  const { retryAfterS }: Reply = details;
  return typeof retryAfterS === 'number' && retryAfterS > 0 ? retryAfterS * 1000 : 0;
}

const TEMPORARY: ReadonlySet<string> = new Set([
  ...['RATE_LIMITED', 'SERVICE_UNAVAILABLE', 'TIMEOUT_ERROR', 'INTERNAL_ERROR'],
  // A credential may be renewed; the data is still good.
  'AUTHENTICATION_ERROR',
]);

/** True where the same message may be accepted later. */
export function isTemporary(code: string): boolean {
  return TEMPORARY.has(code);
}

/** The same for a whole HTTP request. 401, 404, 405: what is wrong is the key or the address, not the data. */
export function isTemporaryStatus(status: number): boolean {
  return status === 0 || status >= 500 || [401, 404, 405, 408, 425, 429].includes(status);
}
