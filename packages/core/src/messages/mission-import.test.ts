import { expect, test } from 'vitest';
import { parseGeoJsonMission, toGeoJsonMission } from './geojson-mission.ts';
import { parseKmlMission } from './kml.ts';
import { toKmlMission } from './kml-export.ts';
import type { MissionMessage } from './mission.ts';
import { frame, missionOf } from './mission-import.contract.ts';
import { parsePlanFile } from './plan-file.ts';
import { toPlanFile } from './plan-file-export.ts';

test('local waypoints are written in degrees, at the same place', () => {
  const mission: MissionMessage = {
    name: 'n',
    type: 't',
    priority: 'low',
    waypoints: [{ x: 100, y: -50, z: 30 }],
  };
  for (const read of [
    parsePlanFile(toPlanFile(mission, { frame })),
    parseGeoJsonMission(toGeoJsonMission(mission, frame)),
    parseKmlMission(toKmlMission(mission, { frame })),
  ]) {
    const [waypoint] = missionOf(read).waypoints as readonly {
      latitude: number;
      longitude: number;
      altitude: number;
    }[];
    const {
      latitude: latitudeDeg,
      longitude: longitudeDeg,
      altitude: altitudeAmslM,
    } = waypoint as NonNullable<typeof waypoint>;
    const { eastM, northM, upM } = frame.toEnu({ latitudeDeg, longitudeDeg, altitudeAmslM });
    expect(Math.hypot(eastM - 100, northM + 50, upM - 30)).toBeLessThan(1e-4);
  }
});
