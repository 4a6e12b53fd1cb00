/** Keeps secrets out of what is written down for long: by the name of a field and by the look of its text. */

const MAX_TEXT = 512;
const MAX_DEPTH = 4;
const REDACTED = '[redacted]';

const SECRET_NAME =
  /^(?:token|access_?token|refresh_?token|secret|password|passwd|authorization|cookie|credentials?|ticket|body|payload|(?:x[-_])?api[-_]?key|key)$/i;

/** A key of ours (64 hex digits), a JWT, or a header that carries one. */
const SECRET_TEXT = /\b[0-9a-f]{64}\b|\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bbearer\s+\S+/gi;

/** The same value without secrets, with long text cut and deep parts left out. */
export function redact(value: unknown, depth = 1): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      SECRET_NAME.test(name) ? REDACTED : redact(field, depth + 1),
    ]),
  );
}

/** Cut before it is searched: the time it takes is bounded by the cut, not by the sender. */
export function redactText(text: string): string {
  const clean = text.slice(0, MAX_TEXT * 2).replace(SECRET_TEXT, REDACTED);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean;
}
