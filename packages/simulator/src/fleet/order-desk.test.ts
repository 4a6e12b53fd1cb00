import type { OrderReply } from '@skein/client';
import type { OrderMessage } from '@skein/core';
import { describe, expect, it } from 'vitest';
import { createManualTimers } from '../../../client/test/manual-timers.ts';
import { OrderDesk } from './order-desk.ts';
import type { OrderFaults } from './order-faults.ts';
import { createSimulation } from './simulation.ts';

interface Said extends OrderReply {
  readonly i: number;
  readonly atMs: number;
}

/** A desk in front of drones on their pads, and everything they say. */
function open(orderFaults: readonly OrderFaults[], drones = 1) {
  const { timers, advance } = createManualTimers();
  const simulation = createSimulation({ drones, seed: 3, autonomous: false, orderFaults });
  const said: Said[] = [];
  const startMs = timers.now();
  const tell = (i: number, reply: OrderReply) => said.push({ ...reply, i, atMs: timers.now() - startMs });
  const desk = new OrderDesk({ simulation, timers, tell });
  const give = (commandId: string, command = 'arm', more: Partial<OrderMessage> = {}) => {
    const expiresAt = new Date(timers.now() + 60_000).toISOString();
    const order = {
      type: 'command',
      commandId,
      command,
      params: {},
      expiresAt,
      ttlMs: 60_000,
      droneId: simulation.ids[0],
      ...more,
    };
    desk.take(order as OrderMessage, (reply) => tell(-1, reply));
  };
  const fly = async (seconds: number) => {
    for (let k = 0; k < seconds * 10; k++) {
      simulation.step(0.1);
      await advance(100);
      desk.tick();
    }
  };
  const results = () => said.map(({ type, result, progressPct }) => `${type} ${result ?? progressPct}`);
  return { simulation, desk, said, give, fly, advance, results };
}

describe('the order desk', () => {
  it('answers at once, tells the way, and tells the end once', async () => {
    const { give, fly, said, results, desk } = open([]);
    give('up', 'takeoff', { params: { altitude: 20 } });
    expect(results()).toEqual(['command_ack accepted']);
    await fly(30);
    const progress = said.slice(1).map(({ progressPct = -1 }) => progressPct);
    expect(progress.length).toBeGreaterThan(5);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.filter((pct) => pct === 100)).toHaveLength(1);
    expect(said.at(-1)).toMatchObject({
      type: 'command_progress',
      commandId: 'up',
      progressPct: 100,
      droneId: 'drone-001',
    });
    give('up', 'takeoff', { params: { altitude: 20 } });
    expect(results().slice(-2)).toEqual(['command_ack accepted', 'command_progress 100']);
    expect(desk.counts).toMatchObject({ taken: 2, executed: 1, repeated: 1, refused: 0, lost: 0 });
  });

  it('says what cut an order short', async () => {
    const { give, fly, said } = open([]);
    give('up', 'takeoff', { params: { altitude: 20 } });
    await fly(3);
    give('down', 'land');
    expect(said.filter(({ commandId }) => commandId === 'up').at(-1)).toMatchObject({
      ...{ type: 'command_progress', result: 'cancelled', message: 'land took its place' },
    });
    expect(said.at(-1)?.progressPct).not.toBe(100);
  });

  it('answers after a lognormal time, the same for the same seed, and tells no progress before', async () => {
    const { give, fly, said } = open([{ ackLatencyMs: 800, ackLatencySigma: 0.6 }]);
    for (let k = 0; k < 400; k++) give(`a${k}`);
    expect(said).toEqual([]);
    await fly(10);
    const acks = said.filter(({ type }) => type === 'command_ack');
    expect(acks).toHaveLength(400);
    const times = acks.map(({ atMs }) => atMs).toSorted((a, b) => a - b);
    const quantile = (share: number) => times[Math.floor(share * times.length)] ?? 0;
    expect(quantile(0.5) / 800).toBeGreaterThan(0.9);
    expect(quantile(0.5) / 800).toBeLessThan(1.1);
    // One sigma of the logarithm.
    expect(Math.log(quantile(0.841) / quantile(0.5))).toBeCloseTo(0.6, 0);
    for (const { commandId } of acks) {
      const [first, ...rest] = said.filter((one) => one.commandId === commandId);
      expect(first?.type).toBe('command_ack');
      expect(rest).toMatchObject([{ type: 'command_progress', progressPct: 100 }]);
    }
    const again = open([{ ackLatencyMs: 800, ackLatencySigma: 0.6 }]);
    for (let k = 0; k < 400; k++) again.give(`a${k}`);
    await again.fly(10);
    expect(again.said.map(({ commandId, atMs }) => `${commandId} ${atMs}`)).toEqual(
      said.map(({ commandId, atMs }) => `${commandId} ${atMs}`),
    );
  });

  it.each([
    ['loseOrders', 'lost', 2],
    ['loseAcks', 'acksLost', 1],
    ['loseProgress', 'progressLost', 1],
  ] as const)('by %s loses about as many as asked, and effects stay single', (option, lost, words) => {
    const { simulation, give, desk, said } = open([{ [option]: 0.3 }]);
    for (let k = 0; k < 1000; k++) give(`a${k}`);
    expect(desk.counts[lost]).toBeGreaterThan(240);
    expect(desk.counts[lost]).toBeLessThan(360);
    expect(said).toHaveLength(2000 - desk.counts[lost] * words);
    // Asked until it is answered.
    const asked = Array.from({ length: 30 }, (_, k) => `b${k}`);
    for (let round = 0; round < 50; round++) asked.forEach((commandId) => void give(commandId));
    const acks = said.filter(({ type }) => type === 'command_ack');
    const heard = new Set(acks.map(({ commandId }) => commandId));
    expect(asked.filter((commandId) => !heard.has(commandId))).toEqual([]);
    expect(asked.map((commandId) => simulation.orderEffects()[commandId])).toEqual(asked.map(() => 1));
  });

  it('refuses as often as asked, by command and in the word asked for, and stays with it', () => {
    const { simulation, give, desk, said } = open([{ refuse: { arm: 0.5 }, refuseWith: 'failed' }]);
    for (let k = 0; k < 1000; k++) give(`a${k}`);
    for (let k = 0; k < 100; k++) give(`d${k}`, 'disarm');
    expect(desk.counts.refused).toBeGreaterThan(430);
    expect(desk.counts.refused).toBeLessThan(570);
    const refused = said.filter(({ result }) => result === 'failed');
    expect(refused).toHaveLength(desk.counts.refused);
    expect(
      refused.every(({ commandId, message }) => commandId.startsWith('a') && message === 'refused on demand'),
    ).toBe(true);
    const [first = { commandId: '' }] = refused;
    give(first.commandId);
    expect(said.at(-1)).toMatchObject({ commandId: first.commandId, result: 'failed' });
    expect(simulation.orderEffects()[first.commandId]).toBeUndefined();
  });

  it('is silent after a crash between effect and answer, then answers the repeat with the first result', async () => {
    const { simulation, desk, give, fly, said, results } = open([{ crash: 1, crashS: 4 }]);
    give('up', 'takeoff', { params: { altitude: 10 } });
    expect(desk.isDown(0)).toBe(true);
    give('up', 'takeoff', { params: { altitude: 10 } });
    await fly(3);
    expect(said).toEqual([]);
    expect(desk.counts).toMatchObject({ crashes: 1, lost: 1, executed: 1 });
    expect(simulation.state.z[0]).toBeGreaterThan(1);
    await fly(1.2);
    give('up', 'takeoff', { params: { altitude: 10 } });
    expect(results().filter((text) => text.startsWith('command_ack'))).toEqual(['command_ack accepted']);
    await fly(20);
    expect(said.at(-1)).toMatchObject({ commandId: 'up', progressPct: 100 });
    expect(simulation.orderEffects()).toEqual({ up: 1 });
  });

  it('tells an end that came while the computer was down when it is up again', async () => {
    const { give, fly, said } = open([{ crash: 1, crashS: 30 }]);
    give('up', 'takeoff', { params: { altitude: 10 } });
    await fly(29);
    expect(said).toEqual([]);
    await fly(2);
    expect(said).toMatchObject([{ commandId: 'up', type: 'command_progress', progressPct: 100 }]);
  });

  it('keeps faults to the drones that are named', () => {
    const { give, said, simulation } = open([{ drones: ['drone-002'], loseAcks: 1 }, { refuse: 1 }], 3);
    simulation.ids.forEach((droneId, i) => {
      give(`c${i}`, 'arm', { droneId });
    });
    expect(
      said.filter(({ type }) => type === 'command_ack').map(({ i, result }) => `${i} ${result}`),
    ).toEqual(['0 temporarily_rejected', '2 temporarily_rejected']);
    expect(simulation.orderEffects()).toEqual({ c1: 1 });
  });

  it('says of a drone that is none of its own that it is not', () => {
    const { give, said } = open([], 2);
    give('c', 'arm', { droneId: 'drone-009' });
    expect(said).toMatchObject([
      { i: -1, commandId: 'c', result: 'failed', message: 'no such drone here: drone-009' },
    ]);
  });

  it('takes whatever comes down a line for an order, and never throws', () => {
    const { give, said } = open([]);
    for (const more of [
      { params: null },
      { params: 'x' },
      { params: { x: {}, y: [], altitude: '9' } },
      { ttlMs: 'soon' },
      { expiresAt: 7, ttlMs: undefined },
      { epoch: null },
      { epoch: 'high' },
      { command: 7 },
      { command: '__proto__' },
      { command: '\u0000\u202e' },
    ])
      give(`x${said.length}`, 'goto', more as unknown as Partial<OrderMessage>);
    expect(said.every(({ result }) => result !== 'accepted')).toBe(true);
    expect(said).toHaveLength(10);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may come back.
    for (const { message = '' } of said) expect(message).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it('refuses faults that cannot be, by name', () => {
    const make = (faults: object) => () =>
      createSimulation({ drones: 1, orderFaults: [faults as OrderFaults] });
    expect(make({ loseAcks: 1.1 })).toThrow(/loseAcks must be 0 to 1/);
    expect(make({ refuse: { goto: -1 } })).toThrow(/refuse goto/);
    expect(make({ ackLatencyMs: Number.NaN })).toThrow(/ackLatencyMs/);
    expect(make({ crashS: 0 })).toThrow(/crashS/);
    expect(make({ refuseWith: 'accepted' })).toThrow(/no refusal/);
    expect(make({ drones: ['nobody'] })).toThrow(/no drone nobody/);
  });
});
