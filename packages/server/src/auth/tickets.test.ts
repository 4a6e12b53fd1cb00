import { expect, test } from 'vitest';
import { createMemoryCredentials } from '../adapters/memory/credentials.ts';
import { ManualClock } from '../adapters/memory/manual-clock.ts';
import { Keyring } from './keyring.ts';
import { createKey } from './keys.ts';
import type { Principal } from './principal.ts';
import { Tickets } from './tickets.ts';

const SECRET = 's'.repeat(32);

async function ticketsOf(maxTickets = 100) {
  const clock = new ManualClock();
  const credentials = createMemoryCredentials(() => clock.now());
  const { key, record } = createKey({ name: 'k', tenant: 'a', permissions: ['admin'] }, SECRET, clock.now());
  await credentials.putKey(record);
  const keyring = await Keyring.open({ credentials, apiKeySecret: SECRET, clock, onError: () => undefined });
  const principal = keyring.find(key) as Principal;
  return { clock, credentials, keyring, principal, tickets: new Tickets({ clock, keyring, maxTickets }) };
}

const refused = { code: 'AUTHENTICATION_ERROR', httpStatus: 401 };

test('a ticket is good once', async () => {
  const { principal, tickets } = await ticketsOf();
  const ticket = tickets.issue(principal);
  expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
  expect(tickets.redeem(ticket)).toBe(principal);
  expect(tickets.redeem(ticket)).toMatchObject(refused);
  expect(tickets.redeem('00000000')).toMatchObject(refused);
});

test('a ticket lasts thirty seconds', async () => {
  const { clock, principal, tickets } = await ticketsOf();
  const [first, second] = [tickets.issue(principal), tickets.issue(principal)];
  clock.advance(29_999);
  expect(tickets.redeem(first)).toBe(principal);
  clock.advance(1);
  expect(tickets.redeem(second)).toMatchObject(refused);
});

test('a ticket ends with the key it was given for', async () => {
  const { credentials, clock, keyring, principal, tickets } = await ticketsOf();
  const ticket = tickets.issue(principal);
  await credentials.endKey('a', principal.subject, { revokedAtMs: clock.now() });
  await keyring.refresh();
  expect(tickets.redeem(ticket)).toMatchObject({ ...refused, details: { reason: 'revoked' } });
});

test('when more tickets are out than may, the oldest is no longer good', async () => {
  const { principal, tickets } = await ticketsOf(3);
  const [first, ...others] = [1, 2, 3, 4].map(() => tickets.issue(principal));
  expect(tickets.redeem(first as string)).toMatchObject(refused);
  for (const ticket of others) expect(tickets.redeem(ticket)).toBe(principal);
});
