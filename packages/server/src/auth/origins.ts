import { type Refusal, refuse } from '@skein/core';

/**
 * A browser says from which page it comes, and cannot lie about it; programs say nothing and pass. Compared letter by
 * letter (RFC 6454 4): another scheme, port or case is another origin. `*` in the list allows nobody: it would
 * allow everybody's page to speak with the visitor's rights.
 */
export function refuseOrigin(
  origin: string | undefined,
  allowedOrigins: readonly string[],
): Refusal | undefined {
  if (origin === undefined) return undefined;
  if (origin !== '*' && allowedOrigins.includes(origin)) return undefined;
  return refuse(
    'AUTHORIZATION_ERROR',
    { field: 'Origin', reason: 'origin' },
    { message: 'Origin not allowed' },
  );
}
