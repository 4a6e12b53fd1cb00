import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import type { MissionMessage } from './mission.ts';
import { anyMission, frame, missionOf, refusedAt } from './mission-import.contract.ts';
import type { ImportedMission } from './mission-import.ts';
import { parsePlanFile } from './plan-file.ts';
import { toPlanFile } from './plan-file-export.ts';

test('a mission written as a plan and read again is the same', () => {
  fc.assert(
    fc.property(anyMission, ({ name, type, priority, end, waypoints }) => {
      const plan: unknown = JSON.parse(
        JSON.stringify(toPlanFile({ name, type, priority, waypoints, ...(end && { end }) }, { frame })),
      );
      expect(missionOf(parsePlanFile(plan, { name, type, priority }))).toEqual({
        name,
        type,
        priority,
        end,
        waypoints,
      });
    }),
  );
});

test('take-off, landing and flying on survive a plan', () => {
  const at = { latitude: 47.1, longitude: 8.1, altitude: 30, altitude_reference: 'relative' as const };
  const mission: MissionMessage = {
    ...{ name: 'delivery', type: 'delivery', priority: 'high', end: 'return' },
    waypoints: [
      { ...at, actions: [{ action: 'takeoff' }] },
      { ...at, latitude: 47.2 },
      { ...at, latitude: 47.2, altitude: 0, actions: [{ action: 'land' }, { action: 'release_payload' }] },
      { ...at, latitude: 47.2, actions: [{ action: 'takeoff' }] },
    ],
  };
  expect(missionOf(parsePlanFile(toPlanFile(mission, { frame }), mission))).toEqual(mission);
});

const item = (command: number, params: readonly unknown[], over: object = {}) => ({
  ...{ type: 'SimpleItem', autoContinue: true, doJumpId: 1, frame: 3, command, params },
  ...over,
});
const goTo = (over: object = {}) => item(16, [0, 0, 0, null, 47.1, 8.1, 50], over);
const plan = (...items: readonly unknown[]) => ({
  fileType: 'Plan',
  version: 1,
  mission: { items, plannedHomePosition: [47, 8, 400], version: 2 },
  rallyPoints: { points: [[47, 8, 10]], version: 2 },
});

test('a plan of QGroundControl is read: take-off, survey, speed, delay, landing', () => {
  const survey = {
    type: 'ComplexItem',
    complexItemType: 'survey',
    TransectStyleComplexItem: {
      Items: [
        goTo(),
        item(206, [25, 0, 1, 0, 0, 0, 0], { frame: 2 }),
        goTo({ frame: 10 }),
        item(206, [0, 0, 1, 0, 0, 0, 0], { frame: 2 }),
      ],
    },
  };
  const imported = parsePlanFile(
    plan(
      item(22, [0, 0, 0, null, null, null, 20]),
      item(530, [0, 2, null, null, null, null, null], { frame: 2 }),
      item(178, [1, 7, -1, 0, 0, 0, 0], { frame: 2 }),
      survey,
      item(93, [12, -1, -1, -1, 0, 0, 0], { frame: 2 }),
      goTo({ frame: 0 }),
      item(195, [0, 0, 0, 0, 47, 8, 0]),
      item(21, [0, 0, 0, null, 47, 8, 0]),
    ),
  );
  expect(missionOf(imported)).toEqual({
    ...{ name: 'Imported mission', type: 'imported', priority: 'normal', end: 'land' },
    waypoints: [
      {
        latitude: 47,
        longitude: 8,
        altitude: 20,
        altitude_reference: 'relative',
        actions: [{ action: 'takeoff' }],
      },
      {
        ...{ latitude: 47.1, longitude: 8.1, altitude: 50, altitude_reference: 'relative', speed: 7 },
        actions: [{ action: 'start_photos', every_m: 25 }],
      },
      {
        ...{ latitude: 47.1, longitude: 8.1, altitude: 50, altitude_reference: 'agl', speed: 7, hold_s: 12 },
        actions: [{ action: 'stop_photos' }],
      },
      { latitude: 47.1, longitude: 8.1, altitude: 50, altitude_reference: 'amsl', speed: 7 },
      {
        latitude: 47,
        longitude: 8,
        altitude: 0,
        altitude_reference: 'relative',
        speed: 7,
        actions: [{ action: 'land' }],
      },
    ],
  });
  expect((imported as ImportedMission).warnings).toEqual([
    'mission.items[6]: command 195 is not supported, left out',
    'rallyPoints: not part of a mission, left out',
  ]);
});

test.each<readonly [string, unknown, string, string]>([
  ['no object', 'plan', '', 'type'],
  ['another file', { fileType: 'Mission' }, 'fileType', 'unknown_value'],
  ['no mission', { fileType: 'Plan' }, 'mission', 'missing'],
  ['no items', { fileType: 'Plan', mission: {} }, 'mission.items', 'missing'],
  ['nothing to fly', plan(), 'mission.items', 'length'],
  ['an item that is none', plan(goTo(), null), 'mission.items[1]', 'type'],
  ['six params', plan(item(16, [0, 0, 0, 0, 47, 8])), 'mission.items[0].params', 'length'],
  ['text for a number', plan(item(16, [0, 0, 0, 0, '47', 8, 50])), 'mission.items[0].params[4]', 'type'],
  ['NaN', plan(item(16, [0, 0, 0, 0, Number.NaN, 8, 50])), 'mission.items[0].params[4]', 'type'],
  ['a latitude of 91', plan(item(16, [0, 0, 0, 0, 91, 8, 50])), 'mission.items[0].params[4]', 'range'],
  ['no altitude', plan(item(16, [0, 0, 0, 0, 47, 8, null])), 'mission.items[0].params[6]', 'range'],
  ['an unknown frame', plan(goTo({ frame: 8 })), 'mission.items[0].frame', 'unknown_value'],
  ['a spline', plan(goTo({ command: 82 })), 'mission.items[0].command', 'unsupported'],
  ['a jump', plan(goTo(), item(177, [0, 5, 0, 0, 0, 0, 0])), 'mission.items[1].command', 'unsupported'],
  [
    'a way behind the return',
    plan(goTo(), item(20, [0, 0, 0, 0, 0, 0, 0]), goTo()),
    'mission.items[2]',
    'unreachable',
  ],
  [
    'an impossible speed',
    plan(item(178, [1, 900, 0, 0, 0, 0, 0]), goTo()),
    'mission.items[0].params[1]',
    'range',
  ],
  [
    'a pattern without its items',
    plan({ type: 'ComplexItem', complexItemType: 'StructureScan' }),
    'mission.items[0].TransectStyleComplexItem.Items',
    'missing',
  ],
  [
    'a bad item within a pattern',
    plan({ type: 'ComplexItem', TransectStyleComplexItem: { Items: [goTo(), { type: 'ComplexItem' }] } }),
    'mission.items[0].TransectStyleComplexItem.Items[1].type',
    'unknown_value',
  ],
  [
    'more waypoints than a mission holds',
    plan(...Array.from({ length: 1001 }, () => goTo())),
    'mission.waypoints',
    'length',
  ],
  [
    'a flood of items',
    plan(...Array.from({ length: 5001 }, () => item(530, [0, 0, 0, 0, 0, 0, 0]))),
    'mission.items',
    'length',
  ],
])('a plan with %s is refused by its place', (_what, value, field, reason) => {
  expect(refusedAt(parsePlanFile(value))).toEqual([field, reason]);
});

test('whatever is read as a plan is an accepted mission or a refusal, never a fault', () => {
  const anything = fc.anything({ maxDepth: 6 });
  fc.assert(
    fc.property(anything, anything, (value, inner) => {
      for (const read of [value, plan(value, inner), plan(goTo(), item(16, [value, inner, 0, 0, 47, 8, 9]))])
        expect(isRefusal(parsePlanFile(read)) || missionOf(parsePlanFile(read)).waypoints.length > 0).toBe(
          true,
        );
    }),
  );
});

test('a plan that is a hundred thousand arrays deep is refused without being walked', () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(refusedAt(parsePlanFile(plan(deep)))).toEqual(['mission.items[0]', 'type']);
});
