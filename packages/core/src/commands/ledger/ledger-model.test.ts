import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { ORDER_NAMES, type OrderName } from '../../messages/order.ts';
import type { StateRecord } from '../../messages/state-record.ts';
import { World } from './ledger-world.contract.ts';
import { isTerminal } from './life-cycle.ts';
import { traitsOf } from './order-traits.ts';

type Step =
  | { readonly do: 'ask'; readonly command: OrderName; readonly ttlMs: number }
  | {
      readonly do: 'answer';
      readonly which: number;
      readonly result: string | undefined;
      readonly pct?: number;
    }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'reach' | 'lose' | 'restart' }
  | { readonly do: 'cancel'; readonly which: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('ask'),
    command: fc.constantFrom(...ORDER_NAMES),
    ttlMs: fc.integer({ min: 1, max: 20_000 }),
  }),
  fc.record({
    do: fc.constant('answer'),
    which: fc.nat(30),
    result: fc.constantFrom(
      'accepted',
      'in_progress',
      'denied',
      'failed',
      'cancelled',
      'nonsense',
      undefined,
    ),
    pct: fc.integer({ min: 0, max: 100 }),
  }),
  fc.record({ do: fc.constant('pass'), ms: fc.integer({ min: 1, max: 15_000 }) }),
  fc.record({ do: fc.constantFrom('reach', 'lose', 'restart') }),
  fc.record({ do: fc.constant('cancel'), which: fc.nat(30) }),
) as fc.Arbitrary<Step>;

function play(world: World, step: Step, ids: string[]): void {
  if (step.do === 'ask') {
    const submitted = world.ask(step.command, { ttlMs: step.ttlMs, clears: 4 });
    if (!isRefusal(submitted)) ids.push(submitted.command.commandId);
  } else if (step.do === 'answer')
    world.answer(ids[step.which % ids.length] ?? 'none', step.result, step.pct);
  else if (step.do === 'pass') world.pass(step.ms);
  else if (step.do === 'cancel') world.ledger.cancel('t', ids[step.which % ids.length] ?? 'none', 'op');
  else if (step.do === 'restart') world.restart();
  else if (step.do === 'lose') world.unreachable.add('d');
  else {
    world.unreachable.delete('d');
    world.ledger.reach('t', 'd');
  }
}

test('[S10] whatever happens, and wherever the server dies, every command ends in exactly one terminal state', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const world = new World();
      const ids: string[] = [];
      for (const step of steps) play(world, step, ids);
      world.pass(31 * 60_000);
      for (const commandId of ids) {
        const ends = world.journal
          .map(({ payload }) => JSON.parse(payload as string) as StateRecord)
          .filter(({ id, endedAtMs }) => id === commandId && endedAtMs !== undefined);
        expect(ends).toHaveLength(1);
        expect(isTerminal(world.state(commandId) as never)).toBe(true);
      }
      for (const order of world.sent) expect(order.ttlMs).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200 },
  );
});

test('no order leaves after its time, and none that is lesser than what its vehicle stands under', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const world = new World();
      const ids: string[] = [];
      for (const step of steps) {
        const before = world.sent.length;
        play(world, step, ids);
        for (const order of world.sent.slice(before))
          expect(Date.parse(order.expiresAt)).toBeGreaterThanOrEqual(
            world.nowMs - (step.do === 'pass' ? step.ms : 0),
          );
      }
      const greatest = ids
        .flatMap((id) => world.ledger.find('t', id) ?? [])
        .filter(({ state }) => state === 'acknowledged');
      for (const { command } of greatest)
        if (traitsOf(command).severity === 4) expect(isRefusal(world.ask('goto'))).toBe(true);
    }),
    { numRuns: 100 },
  );
});
