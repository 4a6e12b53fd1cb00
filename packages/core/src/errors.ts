/** The error catalogue: every code Skein says, its HTTP status and its usual text. CONTRACT 4. */
const CATALOGUE = {
  VALIDATION_ERROR: [400, 'Invalid drone data structure'],
  TRANSMISSION_ERROR: [400, 'Invalid JSON format'],
  AUTHENTICATION_ERROR: [401, 'Invalid API key'],
  AUTHORIZATION_ERROR: [403, 'Not permitted'],
  NOT_FOUND: [404, 'Not found'],
  METHOD_NOT_ALLOWED: [405, 'Method not allowed'],
  TIMEOUT_ERROR: [408, 'Request timeout'],
  CONFLICT: [409, 'The same identity was already used with other content'],
  PAYLOAD_TOO_LARGE: [413, 'Payload too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported media type'],
  RATE_LIMITED: [429, 'Too many requests'],
  SERVICE_UNAVAILABLE: [503, 'Service unavailable'],
  INTERNAL_ERROR: [500, 'Internal error'],
  SAFETY_VIOLATION: [422, 'Not safe'],
  NO_DRONE_AVAILABLE: [409, 'No drone can do this'],
  EXPIRED: [409, 'Too late'],
  STALE_STATE: [409, 'The state it was asked for has changed'],
  VEHICLE_UNREACHABLE: [409, 'The drone has no open channel'],
  VEHICLE_REJECTED: [409, 'The drone refused'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof CATALOGUE;

/** Nothing is wrong with the request: it is refused on its merits, and its envelope says `rejected`. CONTRACT 4. */
const REJECTIONS: ReadonlySet<ErrorCode> = new Set([
  ...(['SAFETY_VIOLATION', 'NO_DRONE_AVAILABLE', 'EXPIRED'] as const),
  ...(['STALE_STATE', 'VEHICLE_UNREACHABLE', 'VEHICLE_REJECTED'] as const),
]);

export const errorCodes = Object.keys(CATALOGUE) as readonly ErrorCode[];

/** What a client is told about its mistake: the field, what was expected, what came, and why. */
export interface ErrorDetails {
  readonly field?: string;
  readonly expectedType?: string;
  readonly receivedType?: string;
  readonly reason?: string;
  readonly [more: string]: unknown;
}

/** A refusal is a value, never a throw: it names the code, the text and the details of the answer. */
export interface Refusal {
  readonly refused: true;
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly httpStatus: number;
  /** Seconds after which a retry makes sense (HTTP `Retry-After`). */
  readonly retryAfterS?: number;
}

export interface RefusalOptions {
  readonly message?: string;
  readonly httpStatus?: number;
  readonly retryAfterS?: number;
}

export function refuse(code: ErrorCode, details: ErrorDetails = {}, options: RefusalOptions = {}): Refusal {
  const [status, text] = CATALOGUE[code];
  const { message = text, httpStatus = status, retryAfterS } = options;
  if (retryAfterS === undefined) return { refused: true, code, message, details, httpStatus };
  // On a socket there is no Retry-After header: the details say it everywhere.
  return { refused: true, code, message, details: { ...details, retryAfterS }, httpStatus, retryAfterS };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && (value as { refused?: unknown }).refused === true;
}

/** A refusal on its way through code that can only throw (an HTTP framework's hooks). */
export class RefusalError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusalError';
    this.refusal = refusal;
  }
}

/** The one envelope of every error, on HTTP and on sockets. CONTRACT 4. */
export interface ErrorEnvelope {
  readonly status: 'error' | 'rejected';
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails };
  readonly timestamp: string;
  readonly requestId: string;
}

export function toEnvelope(refusal: Refusal, timestamp: string, requestId: string): ErrorEnvelope {
  const { code, message, details } = refusal;
  const status = REJECTIONS.has(code) ? 'rejected' : 'error';
  return { status, error: { code, message, details }, timestamp, requestId };
}
