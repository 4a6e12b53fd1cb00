import fc from 'fast-check';
import { isRefusal, type Refusal } from '../errors.ts';
import { createLocalFrame } from '../geo/wgs84.ts';
import { type MissionMessage, parseMission } from './mission.ts';
import type { ImportedMission } from './mission-import.ts';
import type { WaypointAction } from './waypoint-action.ts';

/** Missions that any file format must give back as they were. */
export const frame = createLocalFrame({ latitudeDeg: 47, longitudeDeg: 8, altitudeAmslM: 400 });

export const missionOf = (imported: ImportedMission | Refusal): MissionMessage => {
  if (isRefusal(imported)) throw new Error(JSON.stringify(imported.details));
  return imported.mission;
};
export const refusedAt = (imported: ImportedMission | Refusal): unknown =>
  isRefusal(imported) ? [imported.details.field, imported.details.reason] : imported;

const number = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true }).map((value) => (value === 0 ? 0 : value));
const anyCameraAction: fc.Arbitrary<WaypointAction> = fc.oneof(
  fc.constantFrom<WaypointAction>(
    ...[
      { action: 'take_photo' } as const,
      { action: 'stop_photos' } as const,
      { action: 'start_video' } as const,
    ],
    ...[{ action: 'stop_video' } as const, { action: 'release_payload' } as const],
  ),
  number(0.1, 1000).map((every_m): WaypointAction => ({ action: 'start_photos', every_m })),
  number(0.1, 1000).map((every_s): WaypointAction => ({ action: 'start_photos', every_s })),
  number(-90, 30).map((pitch_deg): WaypointAction => ({ action: 'point_gimbal', pitch_deg })),
);
const place = {
  latitude: number(-89, 89).filter((latitude) => latitude !== 0),
  longitude: number(-179, 179),
  altitude: number(-100, 5000),
  altitude_reference: fc.constantFrom('amsl' as const, 'relative' as const, 'agl' as const),
};
/** Stopping twice is stopping once. */
const isRepeated = (action: WaypointAction, at: number, all: readonly WaypointAction[]): boolean =>
  action.action === 'stop_photos' && all[at - 1]?.action === 'stop_photos';
const actions = fc
  .array(anyCameraAction, { minLength: 1, maxLength: 5 })
  .map((all) => all.filter((...each) => !isRepeated(...each)));
const optional = {
  heading: number(0, 359.9),
  speed: number(0.1, 30),
  hold_s: number(0.1, 600),
  acceptance_radius: number(0.1, 100),
  actions,
};
const anyWaypoint = fc.record(
  { ...place, ...optional },
  { requiredKeys: ['latitude', 'longitude', 'altitude', 'altitude_reference'] },
);
const anyName = fc
  .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
  .map((text) => `m${text.replaceAll(/\s/g, '_')}m`);
export const anyMission: fc.Arbitrary<MissionMessage> = fc
  .record({
    name: anyName,
    type: fc.constantFrom('survey', 'patrol'),
    priority: fc.constantFrom('low' as const, 'critical' as const),
    end: fc.constantFrom('return' as const, 'land' as const, 'hold' as const),
    waypoints: fc.array(anyWaypoint, { minLength: 1, maxLength: 8 }),
  })
  .filter((mission) => !isRefusal(parseMission(mission)));
