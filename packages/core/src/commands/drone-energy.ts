import Type from 'typebox';
import { isRefusal, type Refusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import type { Enu } from '../geo/wgs84.ts';
import { Id } from '../messages/text.ts';
import { findMaxRange, type Range } from '../missions/energy/reach.ts';
import { judgeReturn, type ReturnVerdict } from '../missions/energy/reachability.ts';
import type { ReturnQuestion } from '../missions/energy/return-question.ts';
import type { Site } from './airspace/site.ts';
import type { Situation } from './airspace/situation.ts';
import { type CommandContext, defineCommand, findDrone } from './command.ts';

const maybeNumber = Type.Union([Type.Number(), Type.Null()]);

/** What is left in a drone, for how long, how far, and how sure that is. By energy alone: fences and ground are not asked. */
export const droneEnergy = defineCommand({
  type: 'drone_energy',
  replyType: 'drone_energy_response',
  summary: 'What is left in a drone: time, way home with its margin, range, and how sure the model is',
  permission: 'telemetry:read',
  bucket: 'queries',
  fields: { drone_id: Id() },
  reply: {
    ...{ drone_id: Type.String(), soc: Type.Number(), battery_pct: Type.Number(), age_s: Type.Number() },
    ...{ on_ground: Type.Boolean(), home_assumed: Type.Boolean() },
    ...{ can_return: Type.Boolean(), reason: Type.String() },
    ...{ soc_at_home: maybeNumber, margin_s: maybeNumber, margin_pct: maybeNumber, needed_pct: maybeNumber },
    floor_pct: Type.Number(),
    remaining_time: Type.Union([Type.Unknown(), Type.Null()]),
    max_range_polygon: Type.Union([Type.Unknown(), Type.Null()]),
    model: Type.Unknown(),
    wind: Type.Unknown(),
  },
  deadlineMs: 5000,
  rest: { method: 'GET', path: '/api/drones/:drone_id/energy' },
  handle: async ({ drone_id }, context) => {
    const drone = findDrone(context, drone_id);
    if (isRefusal(drone)) return drone;
    const { airspace, energy } = context.parts.operations;
    energy.follow(drone.tenant, drone.droneId);
    const situation = await airspace.situation(drone);
    if (isRefusal(situation)) return situation;
    const site = airspace.site();
    if (isRefusal(site)) return site;
    const question = toQuestion(situation);
    const verdict = judgeReturn(question, airspace.limits.energy);
    if (isRefusal(verdict)) return verdict;
    const ranges = findRanges(question, situation, context);
    if (isRefusal(ranges)) return ranges;
    return {
      ...toEnergyView(situation, verdict),
      remaining_time: toRemaining(drone, verdict, context),
      max_range_polygon: toPolygon(ranges, site),
      ...toModelView(drone, context),
    };
  },
});

const toQuestion = ({ batteryPct, model, air, at, pads }: Situation): ReturnQuestion => ({
  ...{ batteryPct, model, air, from: at, route: [], pads },
});

function toEnergyView(
  { droneId, batteryPct, onGround, homeAssumed, ageMs }: Situation,
  { accepted, reason, batteryAtHomePct, marginS, marginPct, neededPct, floorPct }: ReturnVerdict,
) {
  const atHome = finite(batteryAtHomePct);
  return {
    ...{ drone_id: droneId, soc: batteryPct / 100, battery_pct: batteryPct, age_s: rounded(ageMs / 1000) },
    ...{ on_ground: onGround, home_assumed: homeAssumed, can_return: accepted, reason },
    ...{ soc_at_home: atHome === null ? null : atHome / 100, margin_s: finite(marginS) },
    ...{ margin_pct: finite(marginPct), needed_pct: finite(neededPct), floor_pct: rounded(floorPct) },
  };
}

/** From the ground a range is asked at this height, with what climbing there costs taken off. */
const CLIMB_M = 50;

function findRanges(
  question: ReturnQuestion,
  { onGround, at }: Situation,
  { parts }: CommandContext,
): readonly Range[] | Refusal {
  const policy = parts.operations.airspace.limits.energy;
  if (!onGround) return findMaxRange(question, policy);
  const from: Enu = { ...at, upM: at.upM + CLIMB_M };
  const withClimb = judgeReturn({ ...question, route: [{ at: from }] }, policy);
  const without = judgeReturn({ ...question, from }, policy);
  if (isRefusal(withClimb)) return withClimb;
  if (isRefusal(without)) return without;
  const batteryPct = question.batteryPct - Math.max(0, withClimb.neededPct - without.neededPct);
  return batteryPct >= 0 ? findMaxRange({ ...question, from, batteryPct }, policy) : [];
}

/** GeoJSON; null: it may not go anywhere and come back. */
function toPolygon(ranges: readonly Range[], { frame }: Site) {
  if (ranges.length === 0) return null;
  const ring = ranges.map(({ at }) => {
    const { latitudeDeg, longitudeDeg } = frame.toGeo(at);
    return [toPlace(longitudeDeg), toPlace(latitudeDeg)];
  });
  // GeoJSON's rings go counterclockwise, bearings clockwise.
  const outline = ring.toReversed();
  return { type: 'Polygon', coordinates: [[...outline, outline[0]]] };
}

/** Null before it has flown while somebody watched. */
function toRemaining(drone: DroneState, { availableWh }: ReturnVerdict, { parts }: CommandContext) {
  const time = parts.operations.energy.remaining(drone, availableWh);
  if (!time) return null;
  return { mean_s: rounded(time.meanS), least_s: rounded(time.leastS), most_s: rounded(time.mostS) };
}

function toModelView(drone: DroneState, { parts }: CommandContext) {
  const { model, air, readings } = parts.operations.energy.known(drone);
  const { drivetrainEfficiency, dragAreaM2 } = model.airframe;
  const { windEastMps, windNorthMps, windSigmaMps } = air;
  const fromDeg = (Math.atan2(0 - windEastMps, 0 - windNorthMps) * 180) / Math.PI;
  return {
    model: {
      ...{ source: readings > 0 ? 'calibrated' : 'unknown', readings },
      ...{
        relative_sigma: rounded(model.relativeSigma),
        drivetrain_efficiency: rounded(drivetrainEfficiency),
      },
      drag_area_m2: rounded(dragAreaM2),
    },
    wind: {
      speed_mps: rounded(Math.hypot(windEastMps, windNorthMps)),
      from_deg: rounded((fromDeg + 360) % 360),
      sigma_mps: rounded(windSigmaMps),
    },
  };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const toPlace = (deg: number): number => Math.round(deg * 1e7) / 1e7;
const finite = (value: number): number | null => (Number.isFinite(value) ? rounded(value) : null);
