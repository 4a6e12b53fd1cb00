/**
 * Is it the same message? Compared without `metadata`, which names the channel and so differs in hybrid mode, and
 * without `type`, which only a socket needs.
 */
const NOT_CONTENT: ReadonlySet<string> = new Set(['metadata', 'type']);

export function isSameContent(a: object, b: object): boolean {
  return isEqual(withoutEnvelope(a), withoutEnvelope(b));
}

const withoutEnvelope = (message: object): object =>
  Object.fromEntries(Object.entries(message).filter(([key]) => !NOT_CONTENT.has(key)));

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) &&
      isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
