import { isId, isRefusal, type Refusal } from '@skein/core';
import type { JWTPayload } from 'jose';
import { invalidCredential } from './invalid.ts';
import { toPermissions } from './permissions.ts';
import { DEFAULT_TENANT, type Principal } from './principal.ts';

/** Clocks of issuers may be this much ahead; never longer lives a token because of it. */
export const LEEWAY_S = 5;
export const MAX_LIFETIME_S = 86_400;

/** Names end in logs and the audit trail: no control, format or unassigned characters. */
const PLAIN_TEXT = /^[^\p{C}]{1,255}$/u;

/** Signed, but still of any shape. */
interface Claims {
  readonly sub?: unknown;
  readonly tenant?: unknown;
  readonly droneId?: unknown;
  readonly jti?: unknown;
  readonly keyId?: unknown;
  readonly permissions?: unknown;
  readonly ratePerMinute?: unknown;
}

/** The principal of claims whose signature, issuer and audience were found good. */
export function toTokenPrincipal(claims: JWTPayload, nowMs: number): Principal | Refusal {
  const expiresAtMs = expiryOf(claims, nowMs);
  if (isRefusal(expiresAtMs)) return expiresAtMs;
  const { sub, tenant = DEFAULT_TENANT, droneId, jti, keyId, permissions, ratePerMinute }: Claims = claims;
  if (!isPlainText(sub)) return invalidCredential('claims', 'sub');
  if (!isIdText(tenant)) return invalidCredential('claims', 'tenant');
  // A binding that cannot be read must not turn into no binding.
  if (droneId !== undefined && !isIdText(droneId)) return invalidCredential('claims', 'droneId');
  if (jti !== undefined && !isPlainText(jti)) return invalidCredential('claims', 'jti');
  if (keyId !== undefined && !isPlainText(keyId)) return invalidCredential('claims', 'keyId');
  return {
    ...{
      kind: 'token',
      subject: sub,
      tenant,
      permissions: toPermissions(permissions),
      expiresAtMs,
    },
    ...(droneId !== undefined && { droneId }),
    ...(jti !== undefined && { jti }),
    ...(keyId !== undefined && { keyId }),
    ...rateOf(ratePerMinute),
  };
}

/** Epoch milliseconds at which the token ends, to the millisecond: a leeway here would only lengthen its life. */
function expiryOf({ exp, iat }: JWTPayload, nowMs: number): number | Refusal {
  const nowS = nowMs / 1000;
  if (!isMoment(exp)) return invalidCredential('claims', 'exp');
  if (exp <= nowS) return invalidCredential('expired');
  if (iat !== undefined && !(isMoment(iat) && iat <= nowS + LEEWAY_S))
    return invalidCredential('claims', 'iat');
  if (exp - (iat ?? nowS) > MAX_LIFETIME_S) return invalidCredential('claims', 'exp');
  return exp * 1000;
}

function rateOf(rate: unknown): { ratePerMinute?: number } {
  return typeof rate === 'number' && Number.isFinite(rate) && rate > 0 ? { ratePerMinute: rate } : {};
}

function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && PLAIN_TEXT.test(value);
}

function isIdText(value: unknown): value is string {
  return typeof value === 'string' && isId(value);
}
