import { hash } from 'node:crypto';
import { isRefusal, type Refusal } from '@skein/core';
import { createRemoteJWKSet } from 'jose';
import { BoundedCache } from '../adapters/bounded-cache.ts';
import { invalidCredential } from './invalid.ts';
import type { Principal } from './principal.ts';
import { type TokenTrust, verifyToken } from './tokens.ts';

export interface TokenConfig {
  readonly jwtSecret: string;
  /** Where another issuer publishes its keys; without it only our own tokens count. */
  readonly jwksUrl?: string | undefined;
  /** The `iss` of that issuer's tokens; required with `jwksUrl`. */
  readonly jwksIssuer?: string | undefined;
}

export type TokenVerifier = (token: string, nowMs: number) => Promise<Principal | Refusal>;

const CACHED_TOKENS = 10_000;
const JWKS_TIMEOUT_MS = 5_000;

/**
 * `verifyToken` that remembers good tokens by their hash, for the request after the first. Time still ends them; that
 * they were revoked is asked by the caller each time.
 */
export function createTokenVerifier(config: TokenConfig): TokenVerifier {
  const trust = toTrust(config);
  const verified = new BoundedCache<Principal>(CACHED_TOKENS);
  return async (token, nowMs) => {
    const key = hash('sha256', token, 'base64');
    const known = verified.get(key);
    if (known) return hasEnded(known, nowMs) ? invalidCredential('expired') : known;
    const principal = await verifyToken(token, trust, nowMs);
    if (!isRefusal(principal)) verified.set(key, principal);
    return principal;
  };
}

function hasEnded({ expiresAtMs }: Principal, nowMs: number): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= nowMs;
}

function toTrust({ jwtSecret, jwksUrl, jwksIssuer }: TokenConfig): TokenTrust {
  if (jwksUrl === undefined) return { jwtSecret };
  if (!jwksIssuer)
    throw new Error('JWT_ISSUER must name the issuer of the tokens that JWKS_URL holds keys of.');
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
  return { jwtSecret, external: { issuer: jwksIssuer, keys } };
}
