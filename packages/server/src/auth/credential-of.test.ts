import { expect, test } from 'vitest';
import { credentialOf } from './credential-of.ts';

const HOST = ['Host', 'localhost'];

test.each<[string, string[], string | undefined]>([
  ['a bearer token', ['Authorization', 'Bearer abc'], 'abc'],
  ['a bearer token under a lower-case scheme and name', ['authorization', 'bearer abc'], 'abc'],
  ['the X-API-Key header', ['X-API-Key', 'abc'], 'abc'],
  ['a subprotocol', ['Sec-WebSocket-Protocol', 'skein.v1, bearer.a.b.c'], 'a.b.c'],
  ['the same credential twice over', ['Authorization', 'Bearer abc', 'X-API-Key', 'abc'], 'abc'],
  ['two lists of subprotocols', ['Sec-WebSocket-Protocol', 'x', 'Sec-WebSocket-Protocol', 'bearer.k'], 'k'],
  ['nothing', [], undefined],
  ['an empty header', ['Authorization', ''], undefined],
  ['a scheme alone', ['Authorization', 'Bearer'], undefined],
  ['a scheme and a space', ['Authorization', 'Bearer '], undefined],
  ['a cookie', ['Cookie', 'session=abc; Authorization=Bearer abc'], undefined],
  ['a header that a proxy may add', ['X-User-ID', 'admin', 'X-Forwarded-User', 'admin'], undefined],
  ['other subprotocols', ['Sec-WebSocket-Protocol', 'a b, ,,'], undefined],
  ['an empty subprotocol token', ['Sec-WebSocket-Protocol', 'bearer.'], undefined],
])('the credential of a request with %s', (_, headers, expected) => {
  expect(credentialOf([...HOST, ...headers])).toBe(expected);
});

test.each([
  'Bearer Bearer abc',
  'Basic dXNlcjpwYXNz',
  'Bearer  abc',
  "Bearer ' OR 1=1 --",
  'abc',
  'Token abc',
])('the malformed header %j is given back whole, to be refused', (value) =>
  expect(credentialOf([...HOST, 'Authorization', value])).toBe(value),
);

test.each([
  [['Authorization', 'Bearer a', 'Authorization', 'Bearer wrong']],
  [['Authorization', 'Bearer a', 'authorization', 'Bearer a']],
  [['Authorization', '', 'AUTHORIZATION', 'Bearer a']],
  [['X-API-Key', 'a', 'X-Api-Key', 'a']],
  [['Host', 'other.example', 'Authorization', 'Bearer a']],
  [['Authorization', 'Bearer a', 'X-API-Key', 'b']],
  [['Sec-WebSocket-Protocol', 'bearer.a, bearer.b']],
])('a request that says twice who it is, or to whom, is refused: %j', (headers) => {
  expect(credentialOf([...HOST, ...headers])).toMatchObject({ code: 'TRANSMISSION_ERROR', httpStatus: 400 });
});
