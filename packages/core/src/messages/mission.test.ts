import { expect, test } from 'vitest';
import { isRefusal } from '../errors.ts';
import { MAX_WAYPOINTS, type MissionMessage, parseMission } from './mission.ts';
import { toCamelNames } from './mission-fields.ts';

const waypoint = { latitude: 40.7138, longitude: -74.005, altitude: 60 };
const mission = { name: 'survey', type: 'surveillance', waypoints: [waypoint], priority: 'normal' };

const refusedAt = (value: unknown): unknown => {
  const read = parseMission(value);
  return isRefusal(read) ? [read.details.field, read.details.reason] : read;
};

test('a mission needs a name, a type, waypoints and a priority', () => {
  expect(parseMission(mission)).toEqual(mission);
});

test.each([
  ['nothing', undefined, 'mission', 'missing'],
  ['text', 'survey', 'mission', 'type'],
  ['an array', [], 'mission', 'type'],
  ['no name', { ...mission, name: undefined }, 'mission.name', 'type'],
  ['no waypoints', { name: 'n', type: 't', priority: 'low' }, 'mission.waypoints', 'missing'],
  ['no priority', { name: 'n', type: 't', waypoints: [waypoint] }, 'mission.priority', 'missing'],
  ['empty waypoints', { ...mission, waypoints: [] }, 'mission.waypoints', 'length'],
  [
    'too many waypoints',
    { ...mission, waypoints: Array(MAX_WAYPOINTS + 1).fill(0) },
    'mission.waypoints',
    'length',
  ],
  ['an unknown priority', { ...mission, priority: 'godlike' }, 'mission.priority', 'unknown_value'],
  ['a deadline in words', { ...mission, deadline: 'tomorrow' }, 'mission.deadline', 'format'],
  ['a day that is not', { ...mission, deadline: '2026-02-30T00:00:00Z' }, 'mission.deadline', 'format'],
  [
    'capabilities as text',
    { ...mission, required_capabilities: 'camera' },
    'mission.required_capabilities',
    'type',
  ],
  [
    'a capability that is no word',
    { ...mission, required_capabilities: ['a:b'] },
    'mission.required_capabilities[0]',
    'characters',
  ],
  ['an owner', { ...mission, created_by: 'admin' }, 'mission.created_by', 'unknown_field'],
  ['a name with bidirectional text', { ...mission, name: 'safe \u202eton' }, 'mission.name', 'characters'],
  ['a bad waypoint', { ...mission, waypoints: [waypoint, 0] }, 'mission.waypoints[1]', 'type'],
  [
    'a waypoint off the earth',
    { ...mission, waypoints: [{ ...waypoint, latitude: 91 }] },
    'mission.waypoints[0].latitude',
    'range',
  ],
  [
    'an unknown action',
    { ...mission, waypoints: [{ ...waypoint, actions: [{ action: 'fire' }] }] },
    'mission.waypoints[0].actions[0].action',
    'unknown_value',
  ],
  [
    'a schedule without a zone',
    { ...mission, schedule: { starts_at: '2026-01-01T08:00' } },
    'mission.schedule.time_zone',
    'missing',
  ],
])('a mission of %s is refused by the field', (_what, value, field, reason) => {
  expect(refusedAt(value)).toEqual([field, reason]);
});

test('a key that could reach a prototype is refused', () => {
  expect(refusedAt(JSON.parse('{"name":"n","__proto__":{"priority":"low"}}'))).toEqual([
    'mission.__proto__',
    'unknown_field',
  ]);
});

test('both spellings are understood, and one goes on', () => {
  const full = {
    ...mission,
    required_capabilities: ['camera'],
    waypoints: [
      {
        ...waypoint,
        altitude_reference: 'agl',
        hold_s: 5,
        actions: [{ action: 'start_photos', every_m: 9 }],
      },
    ],
    schedule: { starts_at: '2026-03-29T08:00', time_zone: 'Europe/Berlin' },
  };
  const read = parseMission(toCamelNames(full)) as MissionMessage;
  expect(read).toEqual(full);
});

test('a field in both spellings is refused: nobody can say which was meant', () => {
  expect(refusedAt({ ...mission, required_capabilities: [], requiredCapabilities: ['x'] })).toEqual([
    'mission.requiredCapabilities',
    'unknown_field',
  ]);
});
