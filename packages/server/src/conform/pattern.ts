/**
 * What an answer has to look like: an object names the parts that count, a list its members in order, a RegExp the form
 * of a text, anything else itself.
 */
export type Pattern =
  | RegExp
  | string
  | number
  | boolean
  | undefined
  | readonly Pattern[]
  | { readonly [key: string]: Pattern };

const WHOLE = '(all)';

/** The first place where a value is not as the pattern says; undefined: it is. */
export function mismatch(value: unknown, pattern: Pattern, at = WHOLE): string | undefined {
  if (pattern instanceof RegExp) return typeof value === 'string' && pattern.test(value) ? undefined : at;
  if (typeof pattern !== 'object') return value === pattern ? undefined : at;
  if (typeof value !== 'object' || value === null) return at;
  return mismatchWithin(value as Parts, pattern as Readonly<Record<string, Pattern>>, at);
}

type Parts = Readonly<Record<string, unknown>>;

function mismatchWithin(
  value: Parts,
  parts: Readonly<Record<string, Pattern>>,
  at: string,
): string | undefined {
  if (Array.isArray(parts) && value['length'] !== parts.length) return at;
  for (const [key, inner] of Object.entries(parts)) {
    const wrong = mismatch(value[key], inner, at === WHOLE ? key : `${at}.${key}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** A pattern as text for a report. */
export function toText(pattern: unknown): string {
  const text = JSON.stringify(pattern, (_key, value: unknown) =>
    value instanceof RegExp ? String(value) : value,
  );
  return text ?? 'nothing';
}
