import Type from 'typebox';

/**
 * Text that may enter the system: no control characters (log injection, U+0000 is poison for PostgreSQL), no
 * bidirectional overrides, no lone surrogates.
 */
const SAFE = '[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]';

export const safeText = (maxLength: number, description?: string) =>
  Type.String({ maxLength, pattern: `^${SAFE}*$`, ...(description && { description }) });

export const requiredText = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, pattern: `^${SAFE}+$`, ...(description && { description }) });

/** Ids are opaque and never rewritten. `__proto__` is the one name that is dangerous as a key. */
export const ID_PATTERN = '^(?!__proto__$)[A-Za-z0-9._-]{1,128}$';

export const Id = (description?: string) =>
  Type.String({ pattern: ID_PATTERN, ...(description && { description }) });

export const SessionId = requiredText(255, 'The sender’s session: any text, a UUID is usual.');

export const Timestamp = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'ISO 8601 with a zone: 2025-06-01T12:00:00.000Z',
});

/** Optional parts may be absent or null (Pydantic writes its unset fields as null). */
export const maybe = <Schema extends Type.TSchema>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

const idTest = new RegExp(ID_PATTERN, 'u');

export function isId(text: string): boolean {
  return idTest.test(text);
}
