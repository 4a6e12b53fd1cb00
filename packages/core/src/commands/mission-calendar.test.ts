import { expect, test } from 'vitest';
import type { MissionPlan } from '../missions/mission.ts';
import { keepCalendar } from './mission-calendar.ts';
import { MissionWorld } from './mission-world.contract.ts';

const HOUR_MS = 3_600_000;
const plan = (schedule: MissionPlan['schedule']): MissionPlan => ({
  ...{ name: 'm', type: 't', priority: 'normal', end: 'return', requiredCapabilities: [] },
  waypoints: [{ x: 60, y: 0, z: 40 }],
  ...(schedule && { schedule }),
});

/** The wall of the place an hour from now. */
const inAnHour = ({ nowMs }: MissionWorld) => new Date(nowMs + HOUR_MS).toISOString().slice(0, 19);

function scheduled(world: MissionWorld, rrule?: string) {
  const schedule = { starts_at: inAnHour(world), time_zone: 'UTC', ...(rrule !== undefined && { rrule }) };
  return world.operations.missions.create(plan(schedule), { tenant: 't', createdBy: 'op', id: 'series' })
    .mission;
}

const idsOf = (world: MissionWorld) => world.operations.missions.live().map(({ id }) => id);

test('a mission looks for a drone when its time has come, not before', () => {
  const world = new MissionWorld();
  scheduled(world);
  const { missions } = world.operations;
  keepCalendar(missions, world.nowMs + HOUR_MS - 2000);
  expect(missions.find('t', 'series')?.carriage.autoAssign).toBeUndefined();
  keepCalendar(missions, world.nowMs + HOUR_MS + 1000);
  expect(missions.find('t', 'series')?.carriage).toMatchObject({ autoAssign: true });
  keepCalendar(missions, world.nowMs + 2 * HOUR_MS + 2000);
  expect(missions.find('t', 'series')).toMatchObject({ state: 'failed', reason: /no drone/ });
});

test('each flight of a recurring mission is one of its own, made once; the last is the mission itself', () => {
  const world = new MissionWorld();
  const { nowMs } = world;
  scheduled(world, 'FREQ=DAILY;COUNT=3');
  const { missions } = world.operations;
  const dueMs = (day: number) => nowMs + HOUR_MS + day * 24 * HOUR_MS + 1000;
  for (const day of [0, 0, 1, 1]) {
    world.nowMs = dueMs(day);
    keepCalendar(missions, world.nowMs);
  }
  const flights = missions.list('t').flatMap(({ id }) => (id === 'series' ? [] : [id]));
  expect(flights).toHaveLength(2);
  expect(missions.find('t', flights[1] as string)).toMatchObject({
    ...{ state: 'planned', carriage: { seriesId: 'series', autoAssign: true } },
  });
  expect(missions.find('t', flights[1] as string)).not.toHaveProperty('schedule');
  world.nowMs = dueMs(2);
  keepCalendar(missions, world.nowMs);
  expect(missions.find('t', 'series')?.carriage).toMatchObject({ autoAssign: true });
  expect(missions.list('t')).toHaveLength(3);
});

test('what was made before a crash is not made again', () => {
  const world = new MissionWorld();
  scheduled(world, 'FREQ=DAILY');
  world.nowMs += HOUR_MS + 1000;
  keepCalendar(world.operations.missions, world.nowMs);
  // The flight is on disk, the note in the series is not.
  world.durable = world.journal.length - 1;
  world.kill(0);
  keepCalendar(world.operations.missions, world.nowMs);
  expect(idsOf(world)).toHaveLength(2);
});

test('a beginning that was missed by more than a quarter of an hour is left out', () => {
  const world = new MissionWorld();
  scheduled(world);
  keepCalendar(world.operations.missions, world.nowMs + HOUR_MS + 16 * 60_000);
  expect(world.operations.missions.find('t', 'series')).toMatchObject({ state: 'failed', reason: /missed/ });
});
