import { createHmac, generateKeyPairSync } from 'node:crypto';
import { isRefusal } from '@skein/core';
import { expect, test } from 'vitest';
import { createMemoryCredentials } from '../adapters/memory/credentials.ts';
import { ManualClock } from '../adapters/memory/manual-clock.ts';
import { type AuthEvent, Authenticator, type AuthenticatorOptions } from './authenticator.ts';
import { Keyring } from './keyring.ts';
import { createKey, type KeySpec } from './keys.ts';
import { mayDo } from './permissions.ts';
import type { Principal } from './principal.ts';
import { issueToken } from './tokens.ts';

const API_KEY_SECRET = 'a'.repeat(64);
const JWT_SECRET = 'j'.repeat(64);
const clock = new ManualClock();
const nowS = Math.floor(clock.now() / 1000);
const DAY_S = 86_400;

type Fields = Readonly<Record<string, unknown>>;

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token as anybody could make one who has a secret; undefined takes a claim or parameter away. */
function tokenOf(
  claims: Fields = {},
  header: Fields = {},
  secret: string = JWT_SECRET,
  hash = 'sha256',
): string {
  const signed = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part({
    ...{ sub: 'drone-001', droneId: 'drone-001', tenant: 'a', iss: 'drone-backend', aud: 'drone-api' },
    ...{ permissions: ['telemetry:write'], iat: nowS, exp: nowS + 3600, jti: 'jti-1', ...claims },
  })}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

async function authenticatorOf(options: Partial<AuthenticatorOptions> = {}) {
  const credentials = createMemoryCredentials(() => clock.now());
  const put = async (spec: Partial<KeySpec> = {}) => {
    const full = { name: 'k', tenant: 'a', permissions: ['telemetry:write' as const], ...spec };
    const created = createKey(full, API_KEY_SECRET, clock.now());
    await credentials.putKey(created.record);
    return created;
  };
  const good = await put({ droneId: 'drone-001' });
  const revoked = await put();
  await credentials.endKey(undefined, revoked.record.id, { revokedAtMs: clock.now() });
  const expired = await put({ expiresAtMs: clock.now() });
  await credentials.revokeToken('revoked-1', clock.now() + DAY_S * 1000);
  const keyring = await Keyring.open({
    ...{ credentials, apiKeySecret: API_KEY_SECRET, clock },
    onError: (fault) => expect(fault).toBeUndefined(),
  });
  const events: AuthEvent[] = [];
  const authenticator = new Authenticator({
    ...{ keyring, tokens: { jwtSecret: JWT_SECRET }, mode: 'required', clock },
    ...{ onEvent: (event: AuthEvent) => events.push(event), ...options },
  });
  return { authenticator, credentials, keyring, events, good, revoked, expired };
}

const keys = await authenticatorOf();
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const [goodHeader, goodClaims, goodSignature] = tokenOf().split('.');

const REFUSED: readonly (readonly [string, string | undefined, string])[] = [
  ['no credential', undefined, 'missing'],
  ['an empty one', '', 'missing'],
  ['an unknown key', '0'.repeat(64), 'unknown'],
  ['a key in upper case', keys.good.key.toUpperCase(), 'malformed'],
  ['a key with a suffix', `${keys.good.key}x`, 'malformed'],
  ['a key cut off', keys.good.key.slice(0, 20), 'malformed'],
  ['a key with a line end', `${keys.good.key.slice(0, 63)}\n`, 'malformed'],
  ['a revoked key', keys.revoked.key, 'revoked'],
  ['an expired key', keys.expired.key, 'expired'],
  ['the hash of a key', keys.good.record.hash, 'unknown'],
  ['8 KiB of text', 'a'.repeat(8192), 'malformed'],
  ['SQL', "' OR 1=1 --", 'malformed'],
  ['__proto__', '__proto__', 'malformed'],
  ['hasOwnProperty', 'hasOwnProperty', 'malformed'],
  ['text that is not ASCII', 'ключ', 'malformed'],
  ['two words', `Bearer ${keys.good.key}`, 'malformed'],
  ['four parts', 'a.b.c.d', 'malformed'],
  ['three dots', '...', 'malformed'],
  ['parts that are not JSON', 'aaaa.bbbb.cccc', 'malformed'],
  ['a header that is an array', `${part([])}.${goodClaims}.${goodSignature}`, 'malformed'],
  ['a header that is null', `${part('null')}.${goodClaims}.${goodSignature}`, 'malformed'],
  ['claims that are text', tokenWithPayload('"text"'), 'malformed'],
  ['claims that are not JSON', tokenWithPayload('{'), 'malformed'],
  ['a token of 12 KiB', tokenOf({ pad: 'x'.repeat(12_000) }), 'malformed'],
  ['alg none', `${part({ alg: 'none', typ: 'JWT' })}.${goodClaims}.`, 'malformed'],
  ['alg none with a signature', tokenOf({}, { alg: 'none' }), 'header'],
  ['alg None', tokenOf({}, { alg: 'None' }), 'header'],
  ['alg in lower case', tokenOf({}, { alg: 'hs256' }), 'header'],
  ['an empty alg', tokenOf({}, { alg: '' }), 'header'],
  ['no alg', tokenOf({}, { alg: undefined }), 'header'],
  ['HS512', tokenOf({}, { alg: 'HS512' }, JWT_SECRET, 'sha512'), 'header'],
  ['HS384', tokenOf({}, { alg: 'HS384' }, JWT_SECRET, 'sha384'), 'header'],
  ['RS256 said of an HMAC', tokenOf({}, { alg: 'RS256' }), 'header'],
  ['a public key taken for the secret', tokenOf({}, {}, pem), 'signature'],
  ['another secret', tokenOf({}, {}, 'other'), 'signature'],
  ['a weak secret', tokenOf({}, {}, 'secret'), 'signature'],
  [
    'other claims',
    `${goodHeader}.${part({ ...decode(goodClaims), droneId: '*' })}.${goodSignature}`,
    'signature',
  ],
  ['a signature cut off', tokenOf().slice(0, -4), 'signature'],
  ['an expired token', tokenOf({ iat: nowS - 7200, exp: nowS - 60 }), 'expired'],
  ['a token in its last moment', tokenOf({ exp: nowS }), 'expired'],
  ['a token of tomorrow (nbf)', tokenOf({ nbf: nowS + 3600 }), 'claims'],
  ['a token of tomorrow (iat)', tokenOf({ iat: nowS + DAY_S, exp: nowS + DAY_S + 3600 }), 'claims'],
  ['iat as text', tokenOf({ iat: `${nowS}` }), 'claims'],
  ['no exp', tokenOf({ exp: undefined }), 'claims'],
  ['exp as text', tokenOf({ exp: '4102444800' }), 'claims'],
  ['exp null', tokenOf({ exp: null }), 'claims'],
  [
    'exp beyond all numbers',
    tokenWithPayload(`{"exp":1e999,"sub":"a","iss":"drone-backend","aud":"drone-api"}`),
    'claims',
  ],
  ['ten years', tokenOf({ exp: nowS + 3650 * DAY_S }), 'claims'],
  ['ten years without iat', tokenOf({ iat: undefined, exp: nowS + 3650 * DAY_S }), 'claims'],
  ['more than a day', tokenOf({ exp: nowS + DAY_S + 1 }), 'claims'],
  ['another issuer', tokenOf({ iss: 'evil' }), 'claims'],
  ['no issuer', tokenOf({ iss: undefined }), 'claims'],
  ['another audience', tokenOf({ aud: 'other-api' }), 'claims'],
  ['no audience', tokenOf({ aud: undefined }), 'claims'],
  ['no subject', tokenOf({ sub: undefined }), 'claims'],
  ['a subject with a line end', tokenOf({ sub: 'a\nb' }), 'claims'],
  ['a tenant that is not text', tokenOf({ tenant: ['a'] }), 'claims'],
  ['a tenant that is a path', tokenOf({ tenant: '../b' }), 'claims'],
  ['a drone that is not text', tokenOf({ droneId: { $ne: '' } }), 'claims'],
  ['a drone that is null', tokenOf({ droneId: null }), 'claims'],
  ['a jti that is not text', tokenOf({ jti: 7 }), 'claims'],
  ['a revoked jti', tokenOf({ jti: 'revoked-1' }), 'revoked'],
  ['a key of ours that does not exist', tokenOf({ keyId: 'none' }), 'revoked'],
  ['an id token', tokenOf({}, { typ: 'id+jwt' }), 'header'],
  ['no typ', tokenOf({}, { typ: undefined }), 'header'],
  ['an unknown crit', tokenOf({}, { crit: ['x'], x: 1 }), 'header'],
  ['an empty crit', tokenOf({}, { crit: [] }), 'header'],
  ['b64 false', tokenOf({}, { b64: false, crit: ['b64'] }), 'header'],
  ['jku', tokenOf({}, { jku: 'https://evil.example/jwks.json' }, 'attacker'), 'header'],
  ['jku though well signed', tokenOf({}, { jku: 'https://evil.example/jwks.json' }), 'header'],
  ['x5u', tokenOf({}, { x5u: 'https://evil.example/c.pem' }, 'attacker'), 'header'],
  ['a key inside the token', tokenOf({}, { jwk: { kty: 'oct', k: part('attacker') } }, 'attacker'), 'header'],
  ['kid as a path', tokenOf({}, { kid: '../../../../dev/null' }, '\0'), 'header'],
  ['kid as SQL', tokenOf({}, { kid: "x' UNION SELECT 'attacker'--" }, 'attacker'), 'header'],
  ['kid as an array', tokenOf({}, { kid: ['a'] }), 'header'],
  ['kid though well signed', tokenOf({}, { kid: 'a' }), 'header'],
];

function decode(claims: string | undefined): Fields {
  return JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()) as Fields;
}

function tokenWithPayload(payload: string): string {
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`;
}

test.each(REFUSED)('%s is refused with 401', async (name, credential, reason) => {
  const answer = await keys.authenticator.authenticate(credential, name);
  expect(answer).toMatchObject({ code: 'AUTHENTICATION_ERROR', httpStatus: 401, message: 'Invalid API key' });
  expect(isRefusal(answer) && answer.details.reason).toBe(reason);
});

test('a key and a token become the principal they were made for', async () => {
  const { authenticator, good } = await authenticatorOf();
  expect(await authenticator.authenticate(good.key, '::1')).toEqual({
    ...{ kind: 'key', subject: good.record.id, keyId: good.record.id, tenant: 'a', droneId: 'drone-001' },
    permissions: new Set(['telemetry:write']),
  });
  expect(await authenticator.authenticate(tokenOf(), '::1')).toEqual({
    ...{ kind: 'token', subject: 'drone-001', jti: 'jti-1', tenant: 'a', droneId: 'drone-001' },
    ...{ permissions: new Set(['telemetry:write']), expiresAtMs: (nowS + 3600) * 1000 },
  });
  const bare = tokenOf({ tenant: undefined, droneId: undefined, jti: undefined, iat: undefined });
  expect(await authenticator.authenticate(bare, '::1')).toMatchObject({ tenant: 'default' });
});

test.each([
  ['permissions as text', 'telemetry:write,admin'],
  ['no permissions', undefined],
  ['permissions nobody knows', ['*', 'ADMIN', { admin: true }]],
])('a token with %s is known but may do nothing', async (_, permissions) => {
  const { authenticator } = await authenticatorOf();
  const principal = (await authenticator.authenticate(tokenOf({ permissions }), '::1')) as Principal;
  expect(principal.subject).toBe('drone-001');
  expect(mayDo(principal, 'telemetry:write')).toBe(false);
});

test('a token known from before is refused once it has expired or was revoked', async () => {
  const { authenticator, credentials, keyring, good } = await authenticatorOf();
  const principal = (await authenticator.authenticate(good.key, '::1')) as Principal;
  const issue = (ttlS: number) => issueToken(principal, { jwtSecret: JWT_SECRET, nowMs: clock.now(), ttlS });
  const [short, revoked, ofKey] = [await issue(5), await issue(60), await issue(60)];
  const reasonOf = async (token: string) => {
    const answer = await authenticator.authenticate(token, '::1');
    return isRefusal(answer) ? answer.details.reason : answer.jti;
  };
  const jti = await reasonOf(revoked);
  expect(await reasonOf(short)).toMatch(/^[0-9a-f-]{36}$/);
  expect(await reasonOf(ofKey)).not.toBe(jti);
  clock.advance(5_000);
  await credentials.revokeToken(jti as string, clock.now() + 60_000);
  await keyring.refresh();
  expect(await reasonOf(short)).toBe('expired');
  expect(await reasonOf(revoked)).toBe('revoked');
  expect(await reasonOf(ofKey)).toMatch(/^[0-9a-f-]{36}$/);
  await credentials.endKey('a', good.record.id, { revokedAtMs: clock.now() });
  await keyring.refresh();
  expect(await reasonOf(ofKey)).toBe('revoked');
});

test('guessing locks the guesser’s address, where a good credential still works', async () => {
  const { authenticator, events, good } = await authenticatorOf();
  const guess = async (address: string) => {
    const answer = await authenticator.authenticate('guess', address);
    return isRefusal(answer) ? answer.httpStatus : 200;
  };
  const statuses: number[] = [];
  for (let n = 0; n < 40; n += 1) statuses.push(await guess('127.1.0.9'));
  expect(statuses).toEqual([...Array(10).fill(401), ...Array(30).fill(429)]);
  expect(events.map(({ reason }) => reason)).toEqual([...Array(10).fill('malformed'), 'wrong_credentials']);
  expect(await authenticator.authenticate(good.key, '127.1.0.9')).toMatchObject({ kind: 'key' });
  expect(await authenticator.authenticate('guess', '127.1.0.9')).toMatchObject({ retryAfterS: 30 });
  expect(await guess('127.1.0.10')).toBe(401);
});

test('giving no credential is no guess', async () => {
  const { authenticator } = await authenticatorOf();
  for (let n = 0; n < 40; n += 1)
    expect(await authenticator.authenticate(undefined, '127.1.0.9')).toMatchObject({ httpStatus: 401 });
  expect(await authenticator.authenticate('guess', '127.1.0.9')).toMatchObject({ httpStatus: 401 });
});

test('an open server asks for no credential, but checks the one it is given', async () => {
  const { authenticator, good } = await authenticatorOf({ mode: 'open' });
  const anyone = (await authenticator.authenticate(undefined, '::1')) as Principal;
  expect(anyone).toMatchObject({ kind: 'open', tenant: 'default' });
  expect(mayDo(anyone, 'emergency:write')).toBe(true);
  expect(await authenticator.authenticate(good.key, '::1')).toMatchObject({ kind: 'key' });
  expect(await authenticator.authenticate('guess', '::1')).toMatchObject({ code: 'AUTHENTICATION_ERROR' });
});

test('every check is told to the security log, without the credential', async () => {
  const { authenticator, events, good } = await authenticatorOf();
  await authenticator.authenticate(good.key, '10.0.0.1');
  await authenticator.authenticate(undefined, '10.0.0.1');
  await authenticator.authenticate(good.record.hash, '10.0.0.1');
  expect(events).toEqual([
    { outcome: 'ok', address: '10.0.0.1', subject: good.record.id, tenant: 'a' },
    { outcome: 'refused', address: '10.0.0.1', reason: 'missing' },
    { outcome: 'refused', address: '10.0.0.1', reason: 'unknown' },
  ]);
});
