/** One plain flight under an open sky, and what may stand in its way. */
import type { Fence } from '../../geo/fence.ts';
import { createFenceSet } from '../../geo/fence-set.ts';
import { createFlatTerrain } from '../../geo/terrain.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import { createLocalFrame, type Enu } from '../../geo/wgs84.ts';
import { unknownModel } from '../energy/energy-model.ts';
import { unknownAir } from '../energy/leg.ts';
import { defaultSafetyLimits, type FlightCandidate, type SafetyWorld } from './flight-candidate.ts';
import { createPlainTraffic, START_S } from './random-sky.contract.ts';

export const frame = createLocalFrame({ latitudeDeg: 47.4, longitudeDeg: 8.5, altitudeAmslM: 400 });
export const at = (eastM: number, northM = 0, upM = 50): Enu => ({ eastM, northM, upM });
export const home = { id: 'home', at: at(0, 0, 0), open: true };
export const open: SafetyWorld = {
  ...{ frame, terrain: createFlatTerrain(400), fences: createFenceSet([]), traffic: createPlainTraffic([]) },
  limits: defaultSafetyLimits,
};
export const flight: FlightCandidate = {
  ...{ id: 'own', startS: START_S, from: at(0), fromSpeedMps: 0, points: [{ at: at(200) }], changed: [0] },
  ...{ afterwards: 'hovering', batteryPct: 90, model: unknownModel, air: unknownAir, pads: [home] },
};

export const circle = (id: string, center: Enu, radiusM: number, more: Partial<Fence> = {}): Fence => ({
  ...{ id, name: '', kind: 'exclusion', group: 0, windows: [], action: 'hold', marginM: 0 },
  geometry: { type: 'circle', center: frame.toGeo(center), radiusM },
  ...more,
});
export const fenced = (...fences: readonly Fence[]): SafetyWorld => ({
  ...open,
  fences: createFenceSet(fences),
});
export const among = (...flights: readonly Trajectory[]): SafetyWorld => ({
  ...open,
  traffic: createPlainTraffic(flights),
});
export const hovering = (id: string, { eastM, northM, upM }: Enu): Trajectory => ({
  ...{ id, startS: START_S - 100, afterwards: 'hovering' },
  knots: Float64Array.from([0, eastM, northM, upM]),
});
