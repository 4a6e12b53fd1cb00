import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { holdsDrone, isMissionOver, MISSION_LIFE_CYCLE } from './life-cycle.ts';
import {
  actualDurationMs,
  changeMission,
  createMission,
  type Mission,
  type MissionEvent,
  recordProgress,
  toMissionPlan,
} from './mission.ts';

const plan = toMissionPlan({
  name: 'survey',
  type: 'surveillance',
  waypoints: [
    { x: 0, y: 0, z: 50 },
    { x: 100, y: 0, z: 50 },
  ],
  priority: 'high',
  deadline: '2026-11-21T12:00:00Z',
  required_capabilities: ['camera', 'camera'],
});
const fresh = createMission(plan, { id: 'm-1', tenant: 'default', createdBy: 'key-1', atMs: 0 });

const run = (mission: Mission, steps: readonly (readonly [number, MissionEvent])[]): Mission =>
  steps.reduce((at, [atMs, event]) => changeMission(at, event, { atMs }) as Mission, mission);

const started: readonly (readonly [number, MissionEvent])[] = [
  [1000, { event: 'plan' }],
  [2000, { event: 'assign', droneId: 'drone-1' }],
  [3000, { event: 'upload' }],
  [4000, { event: 'start' }],
];

test('a plan says its parts with units, each capability once', () => {
  expect(plan).toMatchObject({
    deadlineMs: Date.parse('2026-11-21T12:00:00Z'),
    requiredCapabilities: ['camera'],
    end: 'return',
  });
});

test('a flight with a pause knows how long it took and how long it flew', () => {
  const done = run(fresh, [
    ...started,
    [14_000, { event: 'pause', reason: 'traffic' }],
    [20_000, { event: 'resume' }],
    [30_000, { event: 'complete' }],
  ]);
  expect(done).toMatchObject({ state: 'completed', activeMs: 20_000, progressPct: 100, droneId: 'drone-1' });
  expect(actualDurationMs(done)).toBe(26_000);
  expect(done.reason).toBeUndefined();
});

test('a step that the table does not know is a conflict that says the state', () => {
  const refused = changeMission(fresh, { event: 'start' }, { atMs: 1 });
  expect(refused).toMatchObject({
    code: 'CONFLICT',
    details: { reason: 'state', state: 'draft', event: 'start' },
  });
});

test('what was decided on an older version is refused', () => {
  const planned = run(fresh, started.slice(0, 1));
  const refused = changeMission(planned, { event: 'assign', droneId: 'd' }, { atMs: 5, expectedVersion: 1 });
  expect(refused).toMatchObject({ code: 'CONFLICT', details: { reason: 'stale_version', version: 2 } });
});

test('a released mission keeps its break point for the next drone, and lets go of the one before', () => {
  const breakPoint = {
    ...{ nextWaypoint: 1, legFraction: 0.5, holdS: 0, eastM: 50, northM: 0, upM: 50 },
    ...{ latitudeDeg: 1, longitudeDeg: 2, altitudeAmslM: 50 },
  };
  const released = run(fresh, [
    ...started,
    [5000, { event: 'pause', breakPoint }],
    [6000, { event: 'release' }],
  ]);
  expect(released).toMatchObject({ state: 'planned', breakPoint });
  expect(released.droneId).toBeUndefined();
  expect(run(released, [[7000, { event: 'edit', plan }]]).breakPoint).toBeUndefined();
});

test('progress never goes back, is no version, and is of active missions only', () => {
  const active = run(fresh, started);
  const half = recordProgress(active, { reached: 1, progressPct: 50 });
  expect(recordProgress(half, { reached: 0, progressPct: 20 })).toBe(half);
  expect(recordProgress(half, { reached: Number.NaN, progressPct: Number.NaN })).toBe(half);
  expect(half).toMatchObject({ reached: 1, progressPct: 50, version: active.version });
  expect(recordProgress(fresh, { reached: 1, progressPct: 50 })).toBe(fresh);
});

const anyEvent: fc.Arbitrary<MissionEvent> = fc.oneof(
  fc.constantFrom<MissionEvent>(
    ...[{ event: 'plan' } as const, { event: 'upload' } as const, { event: 'start' } as const],
    ...[{ event: 'resume' } as const, { event: 'complete' } as const, { event: 'pause' } as const],
    ...[{ event: 'release' } as const, { event: 'abort' } as const, { event: 'edit', plan } as const],
    ...[{ event: 'fail', reason: 'link lost' } as const, { event: 'upload_failed', reason: 'no' } as const],
  ),
  fc.constantFrom('a', 'b').map((droneId): MissionEvent => ({ event: 'assign', droneId })),
);

test('whatever happens in whatever order of clocks, the mission follows the table and its times make sense', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), anyEvent), { maxLength: 50 }),
      (steps) => {
        let mission = fresh;
        for (const [atMs, change] of steps) {
          const expected = MISSION_LIFE_CYCLE[mission.state][change.event];
          const next = changeMission(mission, change, { atMs });
          expect(isRefusal(next)).toBe(expected === 'refused');
          if (isRefusal(next)) continue;
          expect(next.state).toBe(expected);
          expect(next.version).toBe(mission.version + 1);
          expect(next.changedAtMs).toBeGreaterThanOrEqual(mission.changedAtMs);
          mission = next;
        }
        expect(mission.endedAtMs !== undefined).toBe(isMissionOver(mission.state));
        expect(mission.activeSinceMs !== undefined).toBe(mission.state === 'active');
        if (holdsDrone(mission.state)) expect(mission.droneId).toBeDefined();
        if (mission.state === 'draft' || mission.state === 'planned') expect(mission.droneId).toBeUndefined();
        expect(mission.activeMs).toBeGreaterThanOrEqual(0);
        expect(mission.activeMs).toBeLessThanOrEqual(actualDurationMs(mission) ?? Number.POSITIVE_INFINITY);
        expect(JSON.parse(JSON.stringify(mission))).toEqual(mission);
      },
    ),
  );
});

test('a time that is no number is a fault', () => {
  expect(() => changeMission(fresh, { event: 'plan' }, { atMs: Number.NaN })).toThrow(RangeError);
});
