import { expect, test } from 'vitest';
import type { Submitted } from './ledger.ts';
import { World } from './ledger-world.contract.ts';

test('a command is sent, acknowledged, flown and done, and every step is told and durable', () => {
  const world = new World();
  const { commandId } = world.must('goto', { params: { x: 1 } });
  expect(world.sent).toMatchObject([
    { commandId, command: 'goto', params: { x: 1 }, ttlMs: 10_000, epoch: 1 },
  ]);
  world.answer(commandId, 'accepted');
  world.answer(commandId, undefined, 40);
  world.answer(commandId, undefined, 100);
  expect(world.told.map(({ state }) => state)).toEqual([
    ...['queued', 'sent', 'acknowledged', 'in_progress', 'succeeded'],
  ]);
  world.restart();
  expect(world.state(commandId)).toBe('succeeded');
});

test('a command for a vehicle that cannot be reached waits, goes when it can, and expires unsent', () => {
  const world = new World();
  world.unreachable.add('d');
  const first = world.must('goto');
  expect(first.state).toBe('queued');
  world.unreachable.delete('d');
  world.ledger.reach('t', 'd');
  expect(world.state(first.commandId)).toBe('sent');
  world.unreachable.add('d');
  const second = world.must('set_speed');
  world.pass(10_100);
  expect(world.ledger.find('t', second.commandId)).toMatchObject({ state: 'expired', reason: 'not_sent' });
  expect(world.ledger.find('t', first.commandId)).toMatchObject({ state: 'expired', reason: 'unknown' });
});

test('without an answer an order is sent again under the same id, and its effect is told as unknown in the end', () => {
  const world = new World();
  const { commandId } = world.must('goto');
  world.pass(4200);
  expect(world.sent.map((order) => order.commandId)).toEqual([commandId, commandId, commandId]);
  expect(world.sent[2]?.ttlMs).toBe(6000);
  world.pass(6000);
  expect(world.ledger.find('t', commandId)).toMatchObject({ state: 'expired', reason: 'unknown' });
  world.answer(commandId, 'accepted');
  expect(world.state(commandId)).toBe('expired');
});

test('within a lane the next order goes once the one before was answered; other lanes do not wait', () => {
  const world = new World();
  const first = world.must('upload_mission');
  const second = world.must('start_mission');
  const speed = world.must('set_speed');
  expect(world.sent.map(({ command }) => command)).toEqual(['upload_mission', 'set_speed']);
  world.answer(first.commandId, 'accepted');
  expect(world.sent.map(({ command }) => command)).toEqual(['upload_mission', 'set_speed', 'start_mission']);
  expect([world.state(first.commandId), world.state(second.commandId), world.state(speed.commandId)]).toEqual(
    [...['succeeded', 'sent', 'sent']],
  );
});

test('a newer target takes the place of an unsent older one, and of one being flown once the vehicle took it', () => {
  const world = new World();
  const flown = world.must('goto');
  world.answer(flown.commandId, 'accepted');
  world.unreachable.add('d');
  const unsent = world.must('goto');
  const newest = world.must('goto');
  expect(world.ledger.find('t', unsent.commandId)).toMatchObject({
    state: 'cancelled',
    reason: 'superseded',
  });
  expect(world.state(flown.commandId)).toBe('acknowledged');
  world.unreachable.delete('d');
  world.ledger.reach('t', 'd');
  world.answer(newest.commandId, 'accepted');
  expect(world.ledger.find('t', flown.commandId)).toMatchObject({ state: 'cancelled', by: newest.commandId });
});

test('the same request is the same command for a day and after a restart; other content is a conflict', () => {
  const world = new World();
  const ask = (content: string) => world.ask('goto', { requestId: 'r-1', content });
  const first = ask('a') as Submitted;
  expect(ask('a')).toMatchObject({ isRepeat: true, command: { commandId: first.command.commandId } });
  expect(ask('b')).toMatchObject({ refused: true, code: 'CONFLICT' });
  expect(world.sent).toHaveLength(1);
  world.restart();
  expect(ask('a')).toMatchObject({ isRepeat: true });
  const other = world.ask('goto', { requestId: 'r-1', content: 'a', actor: 'someone else' }) as Submitted;
  expect(other.command.commandId).not.toBe(first.command.commandId);
});

test('[S9] an emergency landing goes out past everything, cancels what waits, and lesser orders are refused until cleared', () => {
  const world = new World();
  const flown = world.must('upload_mission');
  const waiting = world.must('start_mission');
  const land = world.must('emergency_land', { ttlMs: 300_000 });
  expect(world.sent.at(-1)).toMatchObject({ command: 'emergency_land' });
  expect(world.state(waiting.commandId)).toBe('cancelled');
  expect(world.state(flown.commandId)).toBe('sent');
  for (const command of ['goto', 'hold', 'return_to_base', 'land'] as const)
    expect(world.ask(command)).toMatchObject({ code: 'STALE_STATE', details: { reason: 'greater_command' } });
  expect(world.ask('resume', { clears: 2 })).toMatchObject({ code: 'AUTHORIZATION_ERROR' });
  world.answer(land.commandId, 'accepted');
  world.done.add(land.commandId);
  world.pass(50);
  expect(world.state(land.commandId)).toBe('succeeded');
  world.restart();
  expect(world.ask('goto')).toMatchObject({ code: 'STALE_STATE' });
  world.answer(flown.commandId, 'accepted');
  const resume = world.must('resume', { clears: 4 });
  world.answer(resume.commandId, 'accepted');
  expect(world.must('goto').state).toBe('sent');
});

test('an emergency landing is sent every half second until the vehicle answers, also before it is durable', () => {
  const world = new World();
  world.accepting = false;
  world.unreachable.add('d');
  const land = world.must('emergency_land', { ttlMs: 300_000 });
  world.pass(1000);
  expect(world.state(land.commandId)).toBe('queued');
  world.unreachable.delete('d');
  world.pass(1600);
  expect(world.sent.length).toBeGreaterThanOrEqual(3);
  world.answer(land.commandId, 'accepted');
  const count = world.sent.length;
  world.pass(2000);
  expect(world.sent).toHaveLength(count);
  expect(world.ask('goto')).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});

test('what waits is asked again at the moment of sending, and is cancelled where something speaks against it', () => {
  const world = new World();
  world.unreachable.add('d');
  const { commandId } = world.must('goto');
  world.objections.set(commandId, 'the fence has changed');
  world.unreachable.delete('d');
  world.ledger.reach('t', 'd');
  expect(world.sent).toEqual([]);
  expect(world.ledger.find('t', commandId)).toMatchObject({ state: 'cancelled', reason: 'revalidation' });
});

test('only the vehicle that was ordered is heard, and only within its tenant', () => {
  const world = new World();
  const { commandId } = world.must('goto');
  world.answer(commandId, 'accepted', undefined, 'another');
  world.ledger.hear({ tenant: 'other', commandId, droneId: 'd', result: 'accepted' });
  expect(world.state(commandId)).toBe('sent');
});

test('an operator takes back what has not left, and is told why not otherwise', () => {
  const world = new World();
  world.unreachable.add('d');
  const { commandId } = world.must('goto');
  expect(world.ledger.cancel('t', commandId, 'op')).toMatchObject({ state: 'cancelled', reason: 'operator' });
  expect(world.ledger.cancel('t', commandId, 'op')).toMatchObject({ code: 'CONFLICT' });
  expect(world.ledger.cancel('other', commandId, 'op')).toMatchObject({ code: 'NOT_FOUND' });
  world.unreachable.delete('d');
  const sent = world.must('goto');
  expect(world.ledger.cancel('t', sent.commandId, 'op')).toMatchObject({
    details: { reason: 'already_sent' },
  });
});

test('whoever asks can wait for the vehicle’s answer, and not for ever', async () => {
  const world = new World();
  const { commandId } = world.must('goto');
  const answered = world.ledger.answered('t', commandId, 1000);
  world.answer(commandId, 'denied');
  expect(await answered).toMatchObject({ state: 'failed', result: 'denied' });
  const silent = world.must('goto');
  const late = world.ledger.answered('t', silent.commandId, 300);
  world.pass(400);
  expect(await late).toMatchObject({ state: 'sent' });
});

test('an order that was not answered is not sent again while a greater one stands', () => {
  const world = new World();
  const flown = world.must('goto');
  world.must('emergency_land', { ttlMs: 300_000 });
  world.pass(5000);
  expect(world.sent.filter(({ commandId }) => commandId === flown.commandId)).toHaveLength(1);
  world.pass(6000);
  expect(world.ledger.find('t', flown.commandId)).toMatchObject({ state: 'expired', reason: 'unknown' });
});

test('[S11] no order leaves before its command is on disk, and an emergency landing does not wait for the disk', () => {
  const world = new World();
  world.durable = 0;
  const { commandId } = world.must('goto');
  world.ledger.reach('t', 'd');
  expect(world.sent).toEqual([]);
  world.must('emergency_land', { droneId: 'e' });
  expect(world.sent.map(({ command }) => command)).toEqual(['emergency_land']);
  world.durable = 1;
  world.ledger.flushed();
  expect(world.state(commandId)).toBe('sent');
});
