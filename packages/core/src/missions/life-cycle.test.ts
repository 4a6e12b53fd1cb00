import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isMissionOver,
  MISSION_EVENTS,
  MISSION_LIFE_CYCLE,
  MISSION_STATES,
  type MissionState,
} from './life-cycle.ts';

const stepsFrom = (state: MissionState): readonly MissionState[] =>
  MISSION_EVENTS.map((event) => MISSION_LIFE_CYCLE[state][event]).filter((next) => next !== 'refused');

test('completed, failed and aborted are the ends', () => {
  expect(MISSION_STATES.filter(isMissionOver)).toEqual(['completed', 'failed', 'aborted']);
});

test('whatever happens, a mission enters an end once at most and never leaves it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...MISSION_EVENTS), { maxLength: 60 }), (events) => {
      let state: MissionState = 'draft';
      let ends = 0;
      for (const event of events) {
        const next: MissionState | 'refused' = MISSION_LIFE_CYCLE[state][event];
        if (next === 'refused') continue;
        expect(isMissionOver(state)).toBe(false);
        state = next;
        if (isMissionOver(state)) ends += 1;
      }
      expect(ends).toBe(isMissionOver(state) ? 1 : 0);
    }),
  );
});

test('every state can be reached from draft, and an end from every state', () => {
  const reach = (from: MissionState): Set<MissionState> => {
    const found = new Set<MissionState>([from]);
    for (const state of found) for (const next of stepsFrom(state)) found.add(next);
    return found;
  };
  expect([...reach('draft')].sort()).toEqual([...MISSION_STATES].sort());
  for (const state of MISSION_STATES) expect([...reach(state)].some(isMissionOver)).toBe(true);
});

test('what is flying can be aborted at any moment', () => {
  for (const state of MISSION_STATES.filter((each) => !isMissionOver(each)))
    expect(MISSION_LIFE_CYCLE[state].abort).toBe('aborted');
});

test('only an active mission completes', () => {
  expect(MISSION_STATES.filter((state) => MISSION_LIFE_CYCLE[state].complete !== 'refused')).toEqual([
    'active',
  ]);
});
