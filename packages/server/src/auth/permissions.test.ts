import { expect, test } from 'vitest';
import { mayDo, PERMISSIONS, type Permission, toPermissions } from './permissions.ts';

const holding = (...permissions: Permission[]) => ({ permissions: new Set(permissions) });

test('a permission allows itself and nothing else', () => {
  for (const held of PERMISSIONS.filter((name) => name !== 'admin')) {
    const allowed = PERMISSIONS.filter((asked) => mayDo(holding(held), asked));
    expect(allowed).toEqual([held]);
  }
});

test('admin includes all others, and nobody without permissions may do anything', () => {
  expect(PERMISSIONS.every((asked) => mayDo(holding('admin'), asked))).toBe(true);
  expect(PERMISSIONS.some((asked) => mayDo(holding(), asked))).toBe(false);
});

test('a credential bound to a drone never commands, whatever it was given', () => {
  const bound = { ...holding(...PERMISSIONS), droneId: 'drone-001' };
  expect(PERMISSIONS.filter((asked) => mayDo(bound, asked))).toEqual(['telemetry:write', 'telemetry:read']);
});

test('permissions that are not an array, or not known, grant nothing', () => {
  for (const names of [
    'telemetry:write,admin',
    undefined,
    null,
    7,
    { admin: true },
    [['admin']],
    ['ADMIN', '*', ''],
  ])
    expect(toPermissions(names).size).toBe(0);
  expect([...toPermissions(['admin', 'x', 'telemetry:read', 'admin'])]).toEqual(['admin', 'telemetry:read']);
});
