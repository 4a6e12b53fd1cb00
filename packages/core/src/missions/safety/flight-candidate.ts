import type { SeparationMinima } from '../../geo/cylinder-conflict.ts';
import type { FenceMargins } from '../../geo/fence.ts';
import type { FenceSet } from '../../geo/fence-set.ts';
import type { Terrain } from '../../geo/terrain.ts';
import { separationFor } from '../../geo/trajectory-separation.ts';
import { defaultFlightLimits, type FlightLimits } from '../../geo/trajectory-stretch.ts';
import type { TrafficCheck } from '../../geo/trajectory-traffic.ts';
import type { Enu, LocalFrame } from '../../geo/wgs84.ts';
import type { EnergyModel } from '../energy/energy-model.ts';
import { type AirState, defaultEnergyPolicy, type EnergyPolicy } from '../energy/leg.ts';
import type { Pad } from '../energy/return-question.ts';
import type { FlightPoint } from '../energy/route.ts';

/** A flight somebody wants: from where the drone is now, through all its points, in the site's frame. */
export interface FlightCandidate {
  /** Under which the flight is committed. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly startS: number;
  readonly from: Enu;
  /** Over ground, in the direction of the first leg. */
  readonly fromSpeedMps: number;
  /** Over ground, as it moves now. Where it is given, what is flown until the vehicle has stopped and turned is reckoned with. */
  readonly velocity?: GroundVelocity;
  readonly points: readonly FlightPoint[];
  /** Indexes of the points that are new: they are what is asked about. */
  readonly changed: readonly number[];
  /** What the vehicle does at the last point. */
  readonly afterwards: 'hovering' | 'gone';
  readonly batteryPct: number;
  readonly model: EnergyModel;
  readonly air: AirState;
  /** Home first, then whatever other pads there are. */
  readonly pads: readonly Pad[];
  /** The way home is flown at this height or above. */
  readonly returnUpM?: number;
  /** Why this operator may not, or undefined. */
  readonly objection?: string;
}

export interface GroundVelocity {
  readonly eastMps: number;
  readonly northMps: number;
}

export interface SafetyLimits {
  readonly floorAglM: number;
  readonly ceilingAglM: number;
  /** Of the position and the ground it is compared with, added three times to the clearance of terrain. */
  readonly terrainSigmaM: number;
  readonly terrainClearanceM: number;
  /** A leg to a new point is no shorter and no longer. */
  readonly shortestLegM: number;
  readonly farthestLegM: number;
  readonly cruiseMps: number;
  /** Kept from every fence wherever the vehicle is; a fence's own margin widens the horizontal one. */
  readonly fences: FenceMargins;
  /** Until a vehicle that must stop begins to: what it flies meanwhile, and until it stands, must not lead into a fence. */
  readonly reactionS: number;
  readonly separation: SeparationMinima;
  readonly flight: FlightLimits;
  readonly energy: EnergyPolicy;
}

/**
 * 20 m and 120 m above ground (EU 2019/947 open category), a first waypoint within 10 km (PX4's MIS_DIST_1WP idea), legs of
 * at least the acceptance radius, separation with the buffer for errors against the plan. Of the contingency buffer of SORA
 * 2.5 (annex A: S_GPS + S_POS + S_K + S_RZ + S_CM) the first three, 3 + 3 + 1 m, are kept from fences everywhere (ArduPilot's
 * FENCE_MARGIN is 2 m); reaction and stopping only in the direction of flight, at the speed that is flown.
 */
export const defaultSafetyLimits: SafetyLimits = {
  floorAglM: 20,
  ceilingAglM: 120,
  terrainSigmaM: 0,
  terrainClearanceM: 20,
  shortestLegM: 1,
  farthestLegM: 10_000,
  cruiseMps: 10,
  fences: { horizontalM: 7, verticalM: 2 },
  reactionS: 1,
  separation: separationFor(),
  flight: defaultFlightLimits,
  energy: defaultEnergyPolicy,
};

/** What a flight is checked against. */
export interface SafetyWorld {
  readonly frame: LocalFrame;
  readonly terrain: Terrain;
  readonly fences: FenceSet;
  readonly traffic: TrafficCheck;
  readonly limits: SafetyLimits;
  /** Who else could do what was wished, and how: asked where it is refused. At most the first few are looked at. */
  readonly others?: (wish: FlightCandidate) => readonly OtherFlight[];
}

/** The same wish as another drone would fly it. */
export interface OtherFlight {
  readonly droneId: string;
  readonly candidate: FlightCandidate;
}

export const SAFETY_CHECKS = [
  ...['WP_FORMAT', 'WP_DISTANCE', 'ALTITUDE', 'TERRAIN', 'FENCE_IN', 'FENCE_OUT', 'FENCE_MARGIN'],
  ...['KINEMATICS', 'WIND', 'ENERGY_RTH', 'TRAFFIC_4D', 'CONTINGENCY', 'AUTHZ'],
] as const;
export type SafetyCheck = (typeof SAFETY_CHECKS)[number];

/** What one check found. All are run, and every one is told. */
export interface Verdict {
  readonly check: SafetyCheck;
  readonly passed: boolean;
  /** How far on the safe side, in `unit`; negative: on the other. Absent where there is no such number. */
  readonly margin?: number;
  readonly unit?: 'm' | 's' | 'm/s' | '%';
  readonly limit?: number;
  /** The code of what is violated, where a check knows several. */
  readonly code?: string;
  /** One sentence, with the numbers. */
  readonly evidence: string;
  /** Where and when, for a map. */
  readonly at?: { readonly place: Enu; readonly timeS?: number };
}
