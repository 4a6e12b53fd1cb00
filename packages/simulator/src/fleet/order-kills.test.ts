import { ORDER_NAMES } from '@skein/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAirborne } from '../physics/fleet-state.ts';
import type { OrderJournal, OrderJournalEntry } from './order-journal.ts';
import type { OrderReport } from './order-tasks.ts';
import { createSimulation } from './simulation.ts';

const PARKED = { drones: 1, seed: 6, startSpreadS: 0, autonomous: false } as const;

const FITTING: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  goto: { x: 20, y: 20, z: 30 },
  set_speed: { speed: 5 },
  upload_mission: { mission_id: 'm', waypoints: [{ x: 30, y: 0, z: 30 }] },
  terminate: { confirm: true },
};

/** What a killed process leaves: what was written, and nothing else. */
function openMemory() {
  const written: OrderJournalEntry[] = [];
  let killAt: 'before' | 'after' | undefined;
  const journal: OrderJournal = {
    get entries() {
      return [...written];
    },
    append: (entry) => {
      const when = killAt;
      killAt = undefined;
      if (when === 'before') throw new Error('killed');
      written.push(entry);
      if (when === 'after') throw new Error('killed');
    },
  };
  return { written, journal, kill: (when: 'before' | 'after') => (killAt = when) };
}

type Step =
  | {
      readonly kind: 'order';
      readonly id: number;
      readonly command: string;
      readonly epoch: number | undefined;
      readonly ttlMs: number;
    }
  | { readonly kind: 'fly'; readonly seconds: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'kill'; readonly when: 'before' | 'after' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      id: fc.nat({ max: 25 }),
      command: fc.constantFrom(...ORDER_NAMES, 'terminate', 'dance'),
      epoch: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
      ttlMs: fc.constantFrom(0, 1000, 1000, 1000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fly' as const), seconds: fc.nat({ max: 40 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('kill' as const), when: fc.constantFrom('before', 'after') }),
  },
);

/** A drone that lives through the steps, and a model that knows what each answer and end may be. */
function live() {
  const { written, journal, kill } = openMemory();
  const options = { ...PARKED, orderJournal: journal };
  let simulation = createSimulation(options);
  const answers = new Map<string, string>();
  const ends = new Map<string, string>();
  let highest = Number.NEGATIVE_INFINITY;
  const hear = (reports: readonly OrderReport[]) => {
    for (const { commandId, state, progressPct } of reports) {
      if (state === 'in_progress') continue;
      expect(answers.get(commandId)).toBe('accepted');
      expect(`${commandId} ${ends.get(commandId) ?? state}`).toBe(`${commandId} ${state}`);
      expect(progressPct === 100).toBe(state === 'succeeded');
      ends.set(commandId, state);
    }
  };
  const restart = () => {
    simulation = createSimulation(options);
    for (const entry of written) if ('result' in entry) answers.set(entry.commandId, entry.result);
    hear(simulation.orderReports());
  };
  const give = ({ id, command, epoch, ttlMs }: Extract<Step, { kind: 'order' }>) => {
    const commandId = `c${id}`;
    const known = answers.get(commandId);
    const params = FITTING[command] ?? {};
    const answer = simulation.order(0, {
      commandId,
      command,
      params,
      ttlMs,
      ...(epoch !== undefined && { epoch }),
    });
    expect(answer.isRepeat).toBe(known !== undefined);
    if (known !== undefined) expect(answer.result).toBe(known);
    else if (epoch !== undefined && epoch < highest)
      expect(answer).toMatchObject({ result: 'denied', message: 'stale epoch' });
    else if (ttlMs === 0) expect(answer.result).toBe('cancelled');
    if (known === undefined) highest = Math.max(highest, epoch ?? highest);
    answers.set(commandId, answer.result);
    hear(simulation.orderReports('told'));
  };
  const live1 = (each: Step) => {
    if (each.kind === 'order') give(each);
    else if (each.kind === 'restart') restart();
    else if (each.kind === 'kill') kill(each.when);
    else
      for (let s = 0; s < each.seconds; s++) {
        simulation.step(1);
        hear(simulation.orderReports());
      }
  };
  const survive = (each: Step) => {
    try {
      live1(each);
    } catch (error) {
      if (!(error instanceof Error && error.message === 'killed')) throw error;
      restart();
      highest = Math.max(
        highest,
        ...written.flatMap((entry) =>
          'epoch' in entry && entry.message !== 'stale epoch' ? [entry.epoch ?? highest] : [],
        ),
      );
    }
  };
  return { survive, written, answers, ends, simulation: () => simulation };
}

describe('whatever orders come, however often, through restarts and kills', () => {
  it('each has one answer, at most one effect, and exactly one end where it was accepted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { survive, written, answers, ends, simulation } = live();
        for (const each of steps) survive(each);
        // Down with it, and everything has ended.
        survive({ kind: 'order', id: 100, command: 'resume', epoch: 9, ttlMs: 1000 });
        survive({ kind: 'order', id: 101, command: 'emergency_land', epoch: 9, ttlMs: 1000 });
        survive({ kind: 'fly', seconds: 200 });
        survive({ kind: 'fly', seconds: 200 });
        expect(isAirborne(simulation().state.phase[0] ?? 0)).toBe(false);
        for (const [commandId, result] of answers)
          expect(`${commandId} ${ends.has(commandId)}`).toBe(`${commandId} ${result === 'accepted'}`);
        for (const count of Object.values(simulation().orderEffects())) expect(count).toBe(1);
        const effects = written.flatMap((entry) =>
          'effect' in entry && entry.effect === 1 ? [entry.commandId] : [],
        );
        expect(new Set(effects).size).toBe(effects.length);
        const ended = written.flatMap((entry) => ('end' in entry ? [entry.commandId] : []));
        expect(ended.toSorted()).toEqual(effects.toSorted());
      }),
      { numRuns: 150 },
    );
  });

  it('what was under way when it was killed has failed, and a repeat is told so without a second effect', () => {
    const { journal, written } = openMemory();
    const first = createSimulation({ ...PARKED, orderJournal: journal });
    const order = { commandId: 'up', command: 'takeoff', params: { altitude: 40 }, epoch: 3 };
    expect(first.order(0, order).result).toBe('accepted');
    first.step(3);
    const second = createSimulation({ ...PARKED, orderJournal: journal });
    const failed = { commandId: 'up', state: 'failed', message: 'interrupted by a restart' };
    expect(second.orderReports()).toMatchObject([failed]);
    expect(second.order(0, order)).toMatchObject({ result: 'accepted', isRepeat: true });
    expect(second.orderReports()).toMatchObject([failed]);
    expect(second.order(0, { commandId: 'old', command: 'arm', epoch: 2 })).toMatchObject({
      message: 'stale epoch',
    });
    second.step(30);
    expect(second.state.z[0]).toBe(0);
    expect(second.orderEffects()).toEqual({ up: 1 });
    const third = createSimulation({ ...PARKED, orderJournal: journal });
    // Nobody may have heard it.
    expect(third.orderReports()).toMatchObject([failed]);
    expect(third.order(0, order).isRepeat).toBe(true);
    expect(third.orderReports()).toMatchObject([failed]);
    expect(written.map((entry) => ('end' in entry ? entry.end : entry.result))).toEqual([
      'accepted',
      'failed',
      'denied',
    ]);
  });
});
