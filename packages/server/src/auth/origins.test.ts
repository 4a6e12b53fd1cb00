import { expect, test } from 'vitest';
import { refuseOrigin } from './origins.ts';

const ALLOWED = ['https://dashboard.example', '*'];

test('a listed origin and a program without any pass', () => {
  expect(refuseOrigin('https://dashboard.example', ALLOWED)).toBeUndefined();
  expect(refuseOrigin(undefined, ALLOWED)).toBeUndefined();
  expect(refuseOrigin('null', ['null'])).toBeUndefined();
});

test.each([
  ...[
    'http://dashboard.example',
    'https://dashboard.example:8443',
    'https://dashboard.example/',
    'null',
    '',
    '*',
  ],
  ...[
    'https://DASHBOARD.example',
    'https://dashboard.example.evil.example',
    'https://evil.example',
    'file://',
  ],
])('the origin %j is refused', (origin) => {
  expect(refuseOrigin(origin, ALLOWED)).toMatchObject({ code: 'AUTHORIZATION_ERROR', httpStatus: 403 });
});
