import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { isRefusal } from '../../errors.ts';
import { MissionWorld } from '../mission-world.contract.ts';
import type { Override } from './coordination-event.ts';
import type { EventDraft } from './event-book.ts';
import {
  COORDINATION_MOVES,
  COORDINATION_STATES,
  type CoordinationState,
  isCoordinationOver,
  nextCoordinationState,
} from './event-life-cycle.ts';

let world: MissionWorld;
beforeEach(() => {
  world = new MissionWorld();
});

const draft = (changes: Partial<EventDraft> = {}): EventDraft => ({
  ...{ tenant: 't', eventType: 'collision_avoidance', level: 'warn', droneIds: ['d1', 'd2'] },
  decision: 'd1 and d2 come as near as 12 m in 25 s',
  before: { at: new Date(world.nowMs).toISOString(), horizontal_m: 12, vertical_m: 0, severity: 0.24 },
  ...changes,
});

function raise(changes: Partial<EventDraft> = {}) {
  const kept = world.operations.coordination.raise(draft(changes));
  if (isRefusal(kept)) throw new Error(kept.message);
  return kept.event;
}

describe('the life cycle of a coordination event', () => {
  it('ends once, and nothing moves it any more', () => {
    const ended = COORDINATION_STATES.filter(isCoordinationOver);
    for (const state of ended)
      for (const move of COORDINATION_MOVES) expect(nextCoordinationState(state, move)).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...COORDINATION_MOVES), { maxLength: 30 }), (moves) => {
        let state: CoordinationState = 'detected';
        let ends = 0;
        for (const move of moves) {
          const next = nextCoordinationState(state, move);
          if (next === undefined) continue;
          if (isCoordinationOver(next)) ends += 1;
          state = next;
        }
        expect(ends).toBe(isCoordinationOver(state) ? 1 : 0);
      }),
      { seed: 4 },
    );
  });

  it('what an operator has decided is not acted over', () => {
    expect(nextCoordinationState('overridden', 'act')).toBeUndefined();
    expect(nextCoordinationState('overridden', 'lapse')).toBe('detected');
  });
});

describe('the book of coordination events', () => {
  it('keeps one open event for a pair, whichever is named first', () => {
    const event = raise();
    expect(raise({ droneIds: ['d2', 'd1'] }).id).toBe(event.id);
    expect(world.operations.coordination.open('t')).toHaveLength(1);
    expect(world.operations.coordination.open('other')).toEqual([]);
  });

  it('tells every change, and the time from the alert until all had taken their orders', () => {
    const { coordination } = world.operations;
    const event = raise();
    world.nowMs += 3000;
    const alerted = coordination.change(event, { level: 'resolve' }).event;
    world.nowMs += 250;
    const acted = coordination.move(alerted, 'act', { resolutionTimeMs: 250 });
    world.nowMs += 20_000;
    if (isRefusal(acted)) throw new Error(acted.message);
    const cleared = coordination.move(acted.event, 'clear');
    expect(cleared).toMatchObject({ event: { state: 'resolved', resolutionTimeMs: 250 } });
    expect(world.told.filter(({ type }) => type === 'coordination_event').map(({ state }) => state)).toEqual([
      ...['detected', 'detected', 'resolving', 'resolved'],
    ]);
    expect(coordination.open('t')).toEqual([]);
    expect(raise().id).not.toBe(event.id);
  });

  it('what resolves itself without orders took from the alert until it was over', () => {
    const { coordination } = world.operations;
    const event = coordination.change(raise(), { level: 'critical' }).event;
    world.nowMs += 7000;
    expect(coordination.move(event, 'clear')).toMatchObject({ event: { resolutionTimeMs: 7000 } });
  });

  it('finds its open events again after the process has died', () => {
    const event = raise();
    world.flush();
    world.kill();
    const found = world.operations.coordination.about('t', ['d2', 'd1']);
    expect(found).toEqual(event);
    expect(isRefusal(world.operations.coordination.move(found as typeof event, 'clear'))).toBe(false);
    world.flush();
    world.kill();
    expect(world.operations.coordination.open()).toEqual([]);
    expect(world.operations.coordination.find('t', event.id)?.state).toBe('resolved');
  });

  it('a decision lapses, is told as lapsed, and leaves the event as it was detected', () => {
    const { coordination } = world.operations;
    const override: Override = {
      ...{ action: 'hold', drone_ids: ['d1'], parameters: {}, reason: 'look first', by: 'op' },
      expires_at: new Date(world.nowMs + 1000).toISOString(),
    };
    const kept = coordination.override(raise(), override);
    if (isRefusal(kept)) throw new Error(kept.message);
    expect(kept.event).toMatchObject({ state: 'overridden', override });
    coordination.lapse(kept.event);
    expect(coordination.find('t', kept.event.id)).toMatchObject({ state: 'detected' });
    expect(coordination.find('t', kept.event.id)?.override).toBeUndefined();
    const updates = world.told.filter(({ type }) => type === 'coordination_update');
    expect(updates.map(({ phase }) => phase)).toEqual(['in_force', 'lapsed']);
  });
});
