import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DurableGate, type Waiter } from './durable-gate.ts';

interface Party extends Waiter {
  readonly waitsFor: number;
  told: number[];
}

const createParty = (waitsFor: number): Party => {
  const told: number[] = [];
  return { waitsFor, told, onDurable: (position) => told.push(position) > 0 && position <= waitsFor };
};

/** A gate beside a set of those who wait: what a gate is. */
function createModel() {
  const gate = new DurableGate('disk', () => 0);
  const parties: Party[] = [];
  const waiting = new Set<Party>();
  return {
    join: (waitsFor: number) => {
      const party = createParty(waitsFor);
      parties.push(party);
      waiting.add(party);
      gate.join(party);
    },
    leave: (at: number) => {
      const party = parties[at];
      if (!party) return;
      gate.leave(party);
      waiting.delete(party);
    },
    open: (position: number) => {
      for (const party of parties) party.told.length = 0;
      gate.open(position);
      expect(new Set(parties.filter((party) => party.told.length > 0))).toEqual(waiting);
      for (const party of waiting) if (party.waitsFor < position) waiting.delete(party);
    },
  };
}

test('everyone is told of each opening until what they wait for has passed, and nobody after leaving', () => {
  const step = fc.tuple(fc.constantFrom('join', 'leave', 'open'), fc.nat({ max: 30 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = createModel();
      for (const [does, what] of steps) model[does](what);
    }),
  );
});

test('who joins or leaves while the gate opens is told, and not told', () => {
  const gate = new DurableGate('disk', () => 0);
  const [late, gone] = [createParty(9), createParty(9)];
  gate.join({
    onDurable: () => {
      gate.join(late);
      gate.leave(gone);
      return false;
    },
  });
  gate.join(gone);
  gate.open(5);
  gate.open(6);
  expect([late.told, gone.told]).toEqual([[5, 6], []]);
});

test('a caller hears whether its position was reached, timed out or was given up', async () => {
  let durable = 3;
  const gate = new DurableGate('disk', () => durable);
  expect(await gate.reached(2, 1000)).toBe(true);
  const [reached, late] = [gate.reached(4, 10_000), gate.reached(9, 1)];
  durable = 5;
  gate.open(durable);
  expect(await Promise.all([reached, late])).toEqual([true, false]);
  const [socket, abandoned] = [createParty(20), gate.reached(9, 10_000)];
  gate.join(socket);
  gate.abandon();
  expect(await abandoned).toBe(false);
  gate.open(7);
  expect(socket.told).toEqual([7]);
});
