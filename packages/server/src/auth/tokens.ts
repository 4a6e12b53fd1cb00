import { createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import { isRefusal, type Refusal, refuse } from '@skein/core';
import {
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
  SignJWT,
} from 'jose';
import { invalidCredential } from './invalid.ts';
import { mayDo, type Permission } from './permissions.ts';
import type { Principal } from './principal.ts';
import { LEEWAY_S, MAX_LIFETIME_S, toTokenPrincipal } from './token-claims.ts';
import { readTokenHeader, type TokenHeader } from './token-header.ts';

const ISSUER = 'drone-backend';
const AUDIENCE = 'drone-api';
const TYPE = 'JWT';
/** One algorithm for our own key: a public key can never be taken for the secret (RFC 8725 3.1). */
const ALGORITHM = 'HS256';
const DEFAULT_TTL_S = 3600;

/** Algorithms of other issuers: only those with a public key. */
const EXTERNAL_ALGORITHMS = ['EdDSA', 'ES256', 'RS256'] as const;
/** RFC 9068 has access tokens of other issuers say `at+jwt`; an id token (`id+jwt`) is no access. */
const EXTERNAL_TYPES: ReadonlySet<string> = new Set([TYPE, 'at+jwt']);
const JWKS_RETRY_S = 5;

export interface TokenRequest {
  readonly jwtSecret: string;
  readonly nowMs: number;
  readonly ttlS?: number | undefined;
  /** Binds the token to one drone; a principal that is bound already stays bound to its own. */
  readonly droneId?: string | undefined;
  /** A part of what the principal may do; what it may not is left out. */
  readonly permissions?: readonly Permission[] | undefined;
}

/** An HS256 token with at most the rights and at most the life of the principal that asks for it. */
export function issueToken(principal: Principal, request: TokenRequest): Promise<string> {
  const { jwtSecret, nowMs, ttlS = DEFAULT_TTL_S } = request;
  const droneId = principal.droneId ?? request.droneId;
  const wanted = request.permissions ?? [...principal.permissions];
  const nowS = Math.floor(nowMs / 1000);
  const claims = {
    tenant: principal.tenant,
    ...(droneId !== undefined && { droneId }),
    permissions: wanted.filter((permission) => mayDo(principal, permission)),
    // By these the token shares the key's end and its rate, however many tokens the key is exchanged for.
    ...(principal.keyId !== undefined && { keyId: principal.keyId }),
    ...(principal.ratePerMinute !== undefined && { ratePerMinute: principal.ratePerMinute }),
  };
  const ownEndS = Math.floor((principal.expiresAtMs ?? Number.POSITIVE_INFINITY) / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setSubject(principal.subject)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(nowS)
    .setExpirationTime(Math.min(nowS + Math.min(ttlS, MAX_LIFETIME_S), ownEndS))
    .setJti(randomUUID())
    .sign(secretKey(jwtSecret));
}

/** Another issuer whose tokens count; its keys come from the URL in our configuration, never from a token. */
interface ExternalIssuer {
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
}

export interface TokenTrust {
  readonly jwtSecret: string;
  readonly external?: ExternalIssuer | undefined;
}

/**
 * Signature, header and claims by RFC 8725; whether it was revoked is the keyring's to say. Refusals are
 * AUTHENTICATION_ERROR, but SERVICE_UNAVAILABLE while another issuer's keys cannot be fetched.
 */
export async function verifyToken(
  token: string,
  trust: TokenTrust,
  nowMs: number,
): Promise<Principal | Refusal> {
  const header = readTokenHeader(token);
  if (isRefusal(header)) return header;
  const claims = await verifiedClaims(token, header, trust, nowMs);
  return isRefusal(claims) ? claims : toTokenPrincipal(claims, nowMs);
}

async function verifiedClaims(
  token: string,
  header: TokenHeader,
  trust: TokenTrust,
  nowMs: number,
): Promise<JWTPayload | Refusal> {
  const options: JWTVerifyOptions = {
    audience: AUDIENCE,
    clockTolerance: LEEWAY_S,
    currentDate: new Date(nowMs),
    requiredClaims: ['exp', 'sub'],
  };
  if (header.alg === ALGORITHM) return ownClaims(token, header, trust, options);
  if (trust.external) return externalClaims(token, header, trust.external, options);
  return invalidCredential('header');
}

/** Our tokens carry no `kid`: there is one key, and whoever names another wants something else. */
async function ownClaims(
  token: string,
  { typ, kid }: TokenHeader,
  { jwtSecret }: TokenTrust,
  options: JWTVerifyOptions,
): Promise<JWTPayload | Refusal> {
  if (typ !== TYPE || kid !== undefined) return invalidCredential('header');
  const ours = { ...options, issuer: ISSUER, algorithms: [ALGORITHM] };
  try {
    return (await jwtVerify(token, secretKey(jwtSecret), ours)).payload;
  } catch (fault) {
    const refusal = toRefusal(fault);
    if (refusal) return refusal;
    throw fault;
  }
}

async function externalClaims(
  token: string,
  { typ }: TokenHeader,
  { issuer, keys }: ExternalIssuer,
  options: JWTVerifyOptions,
): Promise<JWTPayload | Refusal> {
  if (!EXTERNAL_TYPES.has(typ)) return invalidCredential('header');
  const theirs = { ...options, issuer, algorithms: [...EXTERNAL_ALGORITHMS] };
  try {
    // Which key of ours a token came from is ours to say.
    const { keyId: _, ...claims } = (await jwtVerify(token, keys, theirs)).payload;
    return claims;
  } catch (fault) {
    return (
      toRefusal(fault) ??
      refuse('SERVICE_UNAVAILABLE', { reason: 'token_issuer' }, { retryAfterS: JWKS_RETRY_S })
    );
  }
}

/** What is the token's fault; undefined: it is not. */
function toRefusal(fault: unknown): Refusal | undefined {
  if (fault instanceof errors.JWTExpired) return invalidCredential('expired');
  if (fault instanceof errors.JWTClaimValidationFailed) return invalidCredential('claims', fault.claim);
  if (fault instanceof errors.JWSSignatureVerificationFailed) return invalidCredential('signature');
  if (fault instanceof errors.JWKSNoMatchingKey) return invalidCredential('signature');
  return isOfToken(fault) ? invalidCredential('malformed') : undefined;
}

/** Everything else jose blames on the token and not on the issuer's keys or the way to them. */
function isOfToken(fault: unknown): boolean {
  if (fault instanceof errors.JWKSTimeout || fault instanceof errors.JWKSInvalid) return false;
  return fault instanceof errors.JOSEError && fault.code !== errors.JOSEError.code;
}

let lastKey: { readonly secret: string; readonly key: KeyObject } | undefined;

/** jose keeps what it derives of a key object; a new object for each token would have it derived each time. */
function secretKey(secret: string): KeyObject {
  if (lastKey?.secret !== secret) lastKey = { secret, key: createSecretKey(Buffer.from(secret)) };
  return lastKey.key;
}
