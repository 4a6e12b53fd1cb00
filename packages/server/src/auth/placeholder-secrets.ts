/** Secrets that everybody knows, from the seeds, from tutorials and from people in a hurry. CVE-2023-26462. */

const MIN_SECRET_BYTES = 32;

const KNOWN: ReadonlySet<string> = new Set([
  ...['secret', 'password', 'passw0rd', 'postgres', 'admin', 'root', 'test', 'demo', 'default', 'guest'],
  ...['key', 'token', 'jwt', 'qwerty', 'letmein', 'keyboard cat', 'none', 'null', 'undefined', 'hunter2'],
]);

/** Words of a placeholder however long it is: a random secret holds none of them but by a chance below 1 in 10⁹. */
const TELLTALE =
  /your[-_ ]|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this)|placeholder|example|secret[-_ ]?key|jwt[-_ ]?secret|password|insecure|do[-_ ]?not[-_ ]?use|in[-_ ]production/i;

/** Fewer different characters than this is a key held down or a pattern typed. */
const MIN_DIFFERENT = 8;

/** What is wrong with a secret, as the end of a sentence; undefined: nothing. */
export function weaknessOf(secret: string): string | undefined {
  if (KNOWN.has(secret.toLowerCase()) || TELLTALE.test(secret))
    return 'is a placeholder that everybody knows';
  const bytes = Buffer.byteLength(secret);
  if (bytes < MIN_SECRET_BYTES) return `has ${bytes} bytes, fewer than ${MIN_SECRET_BYTES}`;
  if (new Set(secret).size < MIN_DIFFERENT) return 'repeats the same few characters';
  return undefined;
}
