import type { Manoeuvre, ManoeuvreKind } from '../coordination/manoeuvres.ts';
import { type FlightPlan, type PlanRequest, planAround } from '../coordination/plan-around.ts';
import { isRefusal } from '../errors.ts';
import type { FlightRoute } from '../geo/trajectory-route.ts';
import type { Enu } from '../geo/wgs84.ts';
import { isLocalWaypoint, type WaypointMessage } from '../messages/waypoint.ts';
import type { MissionPlan } from '../missions/mission.ts';
import type { FlightCandidate, SafetyWorld } from '../missions/safety/flight-candidate.ts';
import { toVehicleLimits } from '../missions/safety/flown-route.ts';
import type { FlightVerdict } from '../missions/safety/validate-flight.ts';
import { legalBand } from '../missions/safety/wished-flight.ts';
import type { AirspaceDesk, FlightWish } from './airspace/airspace-desk.ts';
import type { Situation } from './airspace/situation.ts';
import { toPlanFlight } from './airspace/waypoint-flight.ts';

/** A mission flown a little differently, so that it keeps clear of whoever is in the way. */
export interface FlightAround {
  readonly wish: FlightWish;
  readonly verdict: FlightVerdict;
  readonly kinds: readonly ManoeuvreKind[];
  readonly manoeuvre: Manoeuvre;
  /** J of the plan, seconds. */
  readonly costS: number;
  /** The plan as it is flown. */
  readonly plan: MissionPlan;
  /** On the ground until then. */
  readonly startsInS: number;
  /** Of the points, the one that is the mission's own first. */
  readonly firstPoint: number;
}

export interface AskedFlight {
  readonly plan: MissionPlan;
  readonly situation: Situation;
  readonly wish: FlightWish;
  /** Nothing but others speaks against it. */
  readonly verdict: FlightVerdict;
}

/** Nobody waits for longer to begin. */
const MAX_DELAY_S = 900;
export const isOnlyTraffic = ({ violations }: FlightVerdict): boolean =>
  violations.length > 0 && violations.every(({ check }) => check === 'TRAFFIC_4D');

/**
 * Later, slower or faster, higher or lower, or around: the cheapest that passes every check as the mission's own waypoints
 * say it; undefined where none does. Heights of a mission that does something at its waypoints stay, and of one that has
 * begun before nothing but its time is changed.
 */
export function flyAround(asked: AskedFlight, airspace: AirspaceDesk): FlightAround | undefined {
  const world = airspace.world(asked.situation.tenant);
  if (isRefusal(world)) return undefined;
  const candidate = airspace.candidate(asked.situation, asked.wish);
  const request = toRequest(asked, candidate, world);
  const may = allowedOf(asked.plan);
  for (const kinds of NARROWER.slice(NARROWER.indexOf(may))) {
    const plans = planAround({ ...request, allowed: new Set<ManoeuvreKind>(kinds) }, world.traffic);
    const [plan] = isRefusal(plans) ? [] : plans;
    const around = plan && fly(asked, { plan, request }, airspace);
    if (around) return around;
  }
  return undefined;
}

function toRequest({ situation }: AskedFlight, candidate: FlightCandidate, world: SafetyWorld) {
  const { id, startS, from: start, fromSpeedMps, points, afterwards, model } = candidate;
  const legs = points.map(({ at, groundSpeedMps, holdS }) => ({
    ...{ ...at, speedMps: groundSpeedMps ?? world.limits.cruiseMps },
    ...(holdS !== undefined && { holdS }),
  }));
  const [lowestUpM, highestUpM] = legalBand(points.at(-1)?.at ?? start, world);
  return {
    route: { id, startS, start, startSpeedMps: fromSpeedMps, legs, afterwards },
    minima: world.limits.separation,
    ...{ lowestUpM, highestUpM, waits: situation.onGround ? 'grounded' : 'aloft', maxDelayS: MAX_DELAY_S },
    maxSpeedMps: world.limits.energy.airspeedShare * model.airframe.airspeedMaxMps,
    limits: toVehicleLimits(candidate, world.limits),
  } satisfies PlanRequest;
}

const IN_TIME = ['later'] as const;
const ASIDE = [...IN_TIME, 'slower', 'faster', 'right', 'left'] as const;
const ANY = [...ASIDE, 'higher', 'lower'] as const;
/** Where the cheapest plan fails another check, fewer kinds are tried: a wait changes nothing else. */
const NARROWER: readonly (readonly ManoeuvreKind[])[] = [ANY, ASIDE, IN_TIME];

function allowedOf(plan: MissionPlan): readonly ManoeuvreKind[] {
  if ('breakPoint' in plan && plan.breakPoint !== undefined) return IN_TIME;
  return plan.waypoints.some(({ actions }) => (actions?.length ?? 0) > 0) ? ASIDE : ANY;
}

interface Planned {
  readonly plan: FlightPlan;
  readonly request: PlanRequest;
}

/** A plan as the mission would say it, checked whole. */
function fly(asked: AskedFlight, planned: Planned, airspace: AirspaceDesk): FlightAround | undefined {
  const { situation } = asked;
  const { manoeuvre, kinds, costS } = planned.plan;
  const site = airspace.site();
  if (isRefusal(site)) return undefined;
  const via = viaOf(asked, planned);
  if (manoeuvre.rightM !== 0 && !via) return undefined;
  const plan = changePlan(asked.plan, { manoeuvre, via, cruiseMps: airspace.limits.cruiseMps }, (place) =>
    site.frame.toGeo(place),
  );
  const changed = plan.waypoints.map((_waypoint, index) => index);
  const resolved = toPlanFlight(plan, { from: 0, changed }, { site, situation, path: 'mission.waypoints' });
  if (isRefusal(resolved)) return undefined;
  const startS = planned.request.route.startS + manoeuvre.delayS;
  const wish = manoeuvre.delayS > 0 ? { ...resolved, startS } : resolved;
  const verdict = airspace.check(situation, wish);
  if (isRefusal(verdict) || !verdict.accepted) return undefined;
  const startsInS = situation.onGround ? manoeuvre.delayS : 0;
  const firstPoint = via?.index === 0 ? 1 : 0;
  return { wish, verdict, kinds, manoeuvre, costS, plan, startsInS, firstPoint };
}

interface Via {
  /** Of the waypoint that it lies before. */
  readonly index: number;
  readonly at: Enu;
}

/** Where the plan turns aside; undefined where that is not on the mission's own way. */
function viaOf({ plan, wish }: AskedFlight, { plan: found, request }: Planned): Via | undefined {
  if (found.manoeuvre.rightM === 0) return undefined;
  const asked = request.route.legs;
  const flown = found.route.legs.slice(-(asked.length + 1));
  const turn = flown.findIndex((leg, index) => !isOver(leg, asked[index]));
  const before = turn - (asked.length - wish.points.length);
  const at = flown[turn];
  return at && before >= 0 && before <= plan.waypoints.length ? { index: before, at } : undefined;
}

const isOver = (leg: Enu, other: FlightRoute['legs'][number] | undefined): boolean =>
  leg.eastM === other?.eastM && leg.northM === other.northM;

interface Change {
  readonly manoeuvre: Manoeuvre;
  readonly via: Via | undefined;
  readonly cruiseMps: number;
}

function changePlan(
  plan: MissionPlan,
  { manoeuvre: { speedFactor, upM }, via, cruiseMps }: Change,
  toGeo: (place: Enu) => { latitudeDeg: number; longitudeDeg: number; altitudeAmslM: number },
): MissionPlan {
  const last = plan.end === 'hold' ? plan.waypoints.length - 1 : plan.waypoints.length;
  const changed = plan.waypoints.map((waypoint, index) => {
    const raised = upM === 0 || index === last ? waypoint : raise(waypoint, upM);
    const speed = waypoint.speed;
    return speed == null || speedFactor === 1 ? raised : { ...raised, speed: toTenth(speed * speedFactor) };
  });
  const waypoints = via ? changed.toSpliced(via.index, 0, toWaypoint(via.at, changed[0], toGeo)) : changed;
  if (speedFactor === 1) return { ...plan, waypoints };
  return { ...plan, waypoints, speedMps: toTenth((plan.speedMps ?? cruiseMps) * speedFactor) };
}

const toTenth = (value: number): number => Math.round(value * 10) / 10;

const raise = (waypoint: WaypointMessage, upM: number): WaypointMessage =>
  isLocalWaypoint(waypoint)
    ? { ...waypoint, z: waypoint.z + upM }
    : { ...waypoint, altitude: waypoint.altitude + upM };

/** Said as the others are. */
function toWaypoint(
  at: Enu,
  like: WaypointMessage | undefined,
  toGeo: (place: Enu) => { latitudeDeg: number; longitudeDeg: number; altitudeAmslM: number },
): WaypointMessage {
  if (like && isLocalWaypoint(like)) return { x: at.eastM, y: at.northM, z: at.upM };
  const { latitudeDeg, longitudeDeg, altitudeAmslM } = toGeo(at);
  return {
    ...{ latitude: latitudeDeg, longitude: longitudeDeg, altitude: altitudeAmslM },
    altitude_reference: 'amsl',
  };
}

/** What is different, for the operator. */
export function toAroundView({ kinds, manoeuvre, costS }: FlightAround): Readonly<Record<string, unknown>> {
  const { delayS, speedFactor, upM, rightM } = manoeuvre;
  return {
    kinds,
    ...(delayS > 0 && { delay_s: delayS }),
    ...(speedFactor !== 1 && { speed_factor: speedFactor }),
    ...(upM !== 0 && { up_m: upM }),
    ...(rightM !== 0 && { right_m: rightM }),
    cost_s: toTenth(costS),
  };
}

/** One sentence. */
export function toAroundReason({ kinds, manoeuvre, costS }: FlightAround): string {
  const later = kinds.includes('later') ? ` by ${Math.ceil(manoeuvre.delayS)} s` : '';
  const how = kinds.map((kind) => (kind === 'later' ? `later${later}` : kind)).join(' and ');
  return `keeps clear of other flights: ${how}, at a cost of ${toTenth(costS)} s`;
}
