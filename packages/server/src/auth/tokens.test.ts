import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isRefusal } from '@skein/core';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPEN_PRINCIPAL, type Principal } from './principal.ts';
import { createTokenVerifier } from './token-verifier.ts';
import { issueToken, verifyToken } from './tokens.ts';

const SECRET = 'j'.repeat(64);
const NOW_MS = Date.UTC(2025, 5, 1, 12);
const trust = { jwtSecret: SECRET };
const request = { jwtSecret: SECRET, nowMs: NOW_MS };

const operator: Principal = {
  ...{ kind: 'key', subject: 'key-1', keyId: 'key-1', tenant: 'a', ratePerMinute: 5 },
  permissions: new Set(['telemetry:read', 'mission:write']),
};

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

test('an issued token carries the claims of the contract and is good for an hour', async () => {
  const token = await issueToken(operator, request);
  expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toEqual({
    ...{ alg: 'HS256', typ: 'JWT' },
  });
  const iat = NOW_MS / 1000;
  expect(claimsOf(token)).toEqual({
    ...{ sub: 'key-1', tenant: 'a', permissions: ['telemetry:read', 'mission:write'], keyId: 'key-1' },
    ...{
      iss: 'drone-backend',
      aud: 'drone-api',
      iat,
      exp: iat + 3600,
      jti: expect.any(String),
      ratePerMinute: 5,
    },
  });
  const { jti } = claimsOf(token);
  expect(await verifyToken(token, trust, NOW_MS)).toEqual({
    ...operator,
    kind: 'token',
    jti,
    expiresAtMs: NOW_MS + 3_600_000,
  });
});

test('a token never gives more than its principal has', async () => {
  const permissions = ['mission:write', 'emergency:write', 'admin'] as const;
  const droneId = 'drone-002';
  const asked = { ...request, ttlS: 1e9, permissions, droneId };
  expect(claimsOf(await issueToken(operator, asked))).toMatchObject({
    permissions: ['mission:write'],
    droneId,
  });
  const bound = { ...operator, droneId: 'drone-001', expiresAtMs: NOW_MS + 60_500 };
  const claims = claimsOf(await issueToken(bound, asked));
  expect(claims).toMatchObject({ droneId: 'drone-001', permissions: [], exp: NOW_MS / 1000 + 60 });
  expect(claimsOf(await issueToken(operator, { ...request, ttlS: 1e9 }))).toMatchObject({
    exp: NOW_MS / 1000 + 86_400,
  });
  expect(claimsOf(await issueToken(OPEN_PRINCIPAL, { ...request, permissions }))).toMatchObject({
    permissions,
  });
});

test('a token is good until its last millisecond, whatever the leeway for clocks that are ahead', async () => {
  const token = await issueToken(operator, { ...request, ttlS: 5 });
  expect(await verifyToken(token, trust, NOW_MS + 4_999)).toMatchObject({ kind: 'token' });
  expect(await verifyToken(token, trust, NOW_MS + 5_000)).toMatchObject({ details: { reason: 'expired' } });
  expect(await verifyToken(token, trust, NOW_MS - 5_000)).toMatchObject({ kind: 'token' });
  expect(await verifyToken(token, trust, NOW_MS - 6_000)).toMatchObject({ details: { claim: 'iat' } });
});

test('a token changed anywhere is refused, and no bytes whatever are a fault', async () => {
  const token = await issueToken(operator, request);
  const changed = fc
    .record({ at: fc.nat(token.length - 2), to: fc.constantFrom(...'Aa0_-.=~ é\u0000') })
    .map(({ at, to }) => token.slice(0, at) + to + token.slice(at + 1));
  const anything = fc.oneof(
    changed,
    fc.string(),
    fc.array(fc.base64String(), { maxLength: 5 }).map((all) => all.join('.')),
  );
  await fc.assert(
    fc.asyncProperty(
      anything.filter((text) => text !== token),
      async (text) => {
        expect(isRefusal(await verifyToken(text, trust, NOW_MS))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

const pair = await generateKeyPair('ES256');
const stranger = await generateKeyPair('ES256');
const ISSUER = 'https://login.example';
const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' }], status: 200 };
const server = createServer((_, response) => {
  response.writeHead(jwks.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ keys: jwks.keys }));
});
let jwksUrl = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
});
afterAll(() => {
  server.close();
});

const external = (claims = {}, header = {}, key = pair.privateKey) =>
  new SignJWT({ iss: ISSUER, aud: 'drone-api', sub: 'ann', tenant: 'a', permissions: ['admin'], ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header })
    .setIssuedAt(NOW_MS / 1000)
    .setExpirationTime(NOW_MS / 1000 + 60)
    .sign(key);

test('a token of the configured issuer counts, by the keys at the configured address', async () => {
  const verify = createTokenVerifier({ jwtSecret: SECRET, jwksUrl, jwksIssuer: ISSUER });
  expect(await verify(await external({ keyId: 'key-1' }), NOW_MS)).toEqual({
    ...{
      kind: 'token',
      subject: 'ann',
      tenant: 'a',
      permissions: new Set(['admin']),
      expiresAtMs: NOW_MS + 60_000,
    },
  });
  expect(await verify(await issueToken(operator, request), NOW_MS)).toMatchObject({ subject: 'key-1' });
  const forged = [
    await external({}, {}, stranger.privateKey),
    await external({}, { kid: 'k2' }),
    await external({}, { typ: 'id+jwt' }),
    await external({ iss: 'drone-backend' }),
    await external({ iss: 'https://evil.example' }),
    await external({ aud: 'other-api' }),
    await external({}, { jku: jwksUrl }),
  ];
  for (const token of forged)
    expect(await verify(token, NOW_MS)).toMatchObject({ code: 'AUTHENTICATION_ERROR' });
  const secretAsTheirs = await issueToken(operator, { ...request, jwtSecret: JSON.stringify(jwks.keys[0]) });
  expect(await verify(secretAsTheirs, NOW_MS)).toMatchObject({ details: { reason: 'signature' } });
});

test('while the issuer’s keys cannot be fetched, its tokens are told to come again and ours go on', async () => {
  jwks.status = 500;
  const verify = createTokenVerifier({ jwtSecret: SECRET, jwksUrl, jwksIssuer: ISSUER });
  const token = await external();
  expect(await verify(token, NOW_MS)).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    httpStatus: 503,
    retryAfterS: 5,
  });
  expect(await verify(await issueToken(operator, request), NOW_MS)).toMatchObject({ subject: 'key-1' });
  jwks.status = 200;
  expect(await verify(token, NOW_MS)).toMatchObject({ subject: 'ann' });
});

test('without a configured issuer only our own tokens count', async () => {
  expect(await verifyToken(await external(), trust, NOW_MS)).toMatchObject({ details: { reason: 'header' } });
  expect(() => createTokenVerifier({ jwtSecret: SECRET, jwksUrl })).toThrow('JWT_ISSUER');
});
