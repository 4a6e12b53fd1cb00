import { isRefusal, type Refusal, refuse } from '../../errors.ts';
import type { DroneState } from '../../fleet/drone-state.ts';
import type { Trajectory } from '../../geo/trajectory.ts';
import { defaultSeparation } from '../../geo/trajectory-separation.ts';
import type { Enu } from '../../geo/wgs84.ts';
import { parseWaypoint, toWaypoint } from '../../messages/waypoint.ts';
import type { FlightPoint } from '../../missions/energy/route.ts';
import { validateFlight } from '../../missions/safety/validate-flight.ts';
import type { FlightWish } from '../airspace/airspace-desk.ts';
import type { Situation } from '../airspace/situation.ts';
import { toFlightPoint, toWaypointSite } from '../airspace/waypoint-flight.ts';
import { type CommandContext, findDrone } from '../command.ts';
import { refuseUnsafe } from '../safety-reply.ts';
import type { OverrideAction } from './coordination-event.ts';
import { severityAmong, straightWay } from './predicted-apart.ts';

export interface OverrideWish {
  readonly action: OverrideAction;
  readonly drone_ids: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What an override makes a drone fly. */
export interface OverrideMove {
  readonly drone: DroneState;
  readonly situation: Situation;
  /** `release`: it goes on with what it was about. */
  readonly kind: 'fly' | 'stop' | 'release';
  readonly points: readonly (Enu & { readonly speedMps?: number })[];
  readonly way: Trajectory | undefined;
  readonly text: string;
}

/** Of a pair, before and after: below 1 separation is lost; a worse one has to be confirmed. */
export interface OverridePlan {
  readonly moves: readonly OverrideMove[];
  readonly before: number;
  readonly after: number;
}

/** A step of height that clears the vertical minimum with what is known of heights. */
const STEP_UP_M = Math.ceil(1.4 * defaultSeparation.verticalM);
const MAX_STEP_M = 120;
const BRAKE_MPS2 = 3;

/** Whom it moves: all it names, or the one that its parameters name, or the first. */
function moversOf({ action, drone_ids, parameters }: OverrideWish): readonly string[] | Refusal {
  const { drone_id } = parameters as { readonly drone_id?: unknown };
  if (drone_id !== undefined && !drone_ids.includes(drone_id as string))
    return refuse('VALIDATION_ERROR', { field: 'parameters.drone_id', expectedType: 'one of drone_ids' });
  if (action === 'accept') return [];
  if (action === 'priority') return drone_ids.filter((id) => id !== (drone_id ?? drone_ids[0]));
  if (drone_id !== undefined) return [drone_id as string];
  return action === 'hold' || action === 'resume' || action === 'reject' ? drone_ids : drone_ids.slice(0, 1);
}

/** What would be flown, checked as every flight is; nothing has been ordered yet. */
export function planOverride(wish: OverrideWish, context: CommandContext): OverridePlan | Refusal {
  const ids = moversOf(wish);
  if (isRefusal(ids)) return ids;
  const moves: OverrideMove[] = [];
  for (const id of ids) {
    const move = planMove(wish, id, context);
    if (isRefusal(move)) return move;
    if (move) moves.push(move);
  }
  const replaced = new Map(moves.map(({ situation, way }) => [keyOf(situation), way]));
  const { airspace, avoidance } = context.parts.operations;
  const nowS = context.nowMs / 1000;
  const tracks = wish.drone_ids.flatMap((id) => {
    const drone = context.parts.fleet.find(context.tenant, id);
    const situation = drone && airspace.situationNow(drone);
    if (!situation || isRefusal(situation)) return [];
    const isOnPlan = !avoidance.of(context.tenant, id);
    const plan = isOnPlan ? airspace.traffic.get(keyOf(situation))?.trajectory : undefined;
    return [plan ?? straightWay(situation, nowS)];
  });
  const flown = tracks.map((track) => replaced.get(track.id) ?? track);
  return {
    moves,
    before: severityAmong(tracks, airspace.traffic, nowS),
    after: severityAmong(flown, airspace.traffic, nowS),
  };
}

const keyOf = ({ tenant, droneId }: Situation): string => `${tenant}:${droneId}`;

/** Undefined: this one is left alone. */
function planMove(
  wish: OverrideWish,
  droneId: string,
  context: CommandContext,
): OverrideMove | Refusal | undefined {
  const { airspace, avoidance, ledger } = context.parts.operations;
  const { tenant } = context;
  const drone = findDrone(context, droneId);
  if (isRefusal(drone)) return drone;
  const isRelease = wish.action === 'resume' || wish.action === 'reject';
  const making = avoidance.of(tenant, droneId);
  if (isRelease && !making) return undefined;
  const objection = ledger.objection({ tenant, droneId, command: isRelease ? 'resume' : 'avoid', clears: 1 });
  if (objection) return objection;
  const situation = airspace.situationNow(drone);
  if (isRefusal(situation)) return situation;
  if (situation.onGround)
    return refuse(
      'STALE_STATE',
      { field: 'drone_ids', reason: 'on_ground' },
      { message: `${droneId} is on the ground` },
    );
  if (isRelease) {
    const target = avoidance.target(drone);
    const way = target && fly(situation, { points: [{ at: target }] }, context);
    const known = way && !isRefusal(way) ? way.trajectory : undefined;
    const text = `${droneId} goes on as planned`;
    return { drone, situation, kind: 'release', points: [], way: known, text };
  }
  return planFlight(wish, { drone, situation }, context);
}

interface Mover {
  readonly drone: DroneState;
  readonly situation: Situation;
}

function planFlight(
  { action, parameters }: OverrideWish,
  { drone, situation }: Mover,
  context: CommandContext,
): OverrideMove | Refusal {
  const points = pointsFor(action, parameters, situation, context);
  if (isRefusal(points)) return points;
  const isStop = action === 'hold' || action === 'priority';
  const verdict = fly(situation, { points }, context);
  if (isRefusal(verdict)) return verdict;
  // To stop is never forbidden; who else is in the way is weighed against how it is now.
  const barred = verdict.violations.filter(({ check }) => check !== 'TRAFFIC_4D');
  if (!isStop && barred.length > 0) return refuseUnsafe({ ...verdict, violations: barred });
  const text = TEXTS[action]?.(drone.droneId) ?? `${drone.droneId} holds`;
  const flown = points.map(({ at, groundSpeedMps }) => ({
    ...at,
    ...(groundSpeedMps !== undefined && { speedMps: groundSpeedMps }),
  }));
  return {
    ...{ drone, situation, way: verdict.trajectory, text },
    ...(isStop ? { kind: 'stop', points: [] } : { kind: 'fly', points: flown }),
  };
}

const TEXTS: Readonly<Partial<Record<OverrideAction, (droneId: string) => string>>> = {
  hold: (droneId) => `${droneId} holds where it is`,
  priority: (droneId) => `${droneId} gives way and holds`,
  reroute: (droneId) => `${droneId} flies the way it was given`,
  climb: (droneId) => `${droneId} climbs`,
  descend: (droneId) => `${droneId} descends`,
};

function fly(situation: Situation, wish: Pick<FlightWish, 'points'>, context: CommandContext) {
  const { airspace } = context.parts.operations;
  const world = airspace.world(situation.tenant);
  if (isRefusal(world)) return world;
  const candidate = airspace.candidate(situation, { ...wish, changed: [], afterwards: 'hovering' });
  return validateFlight(candidate, world);
}

function pointsFor(
  action: OverrideAction,
  parameters: Readonly<Record<string, unknown>>,
  situation: Situation,
  context: CommandContext,
): readonly FlightPoint[] | Refusal {
  const stop = stopOf(situation);
  if (action === 'reroute') return readRoute(parameters, situation, context);
  if (action !== 'climb' && action !== 'descend') return [{ at: stop }];
  const { meters = STEP_UP_M } = parameters as { readonly meters?: unknown };
  if (typeof meters !== 'number' || !(meters > 0 && meters <= MAX_STEP_M))
    return refuse('VALIDATION_ERROR', {
      field: 'parameters.meters',
      expectedType: `more than 0, at most ${MAX_STEP_M}`,
    });
  return [{ at: { ...stop, upM: stop.upM + (action === 'climb' ? meters : -meters) } }];
}

/** Where it stands that brakes now. */
function stopOf({ at, groundSpeedMps, headingDeg }: Situation): Enu {
  const heading = (headingDeg * Math.PI) / 180;
  if (!Number.isFinite(heading)) return at;
  const flownM = (groundSpeedMps * groundSpeedMps) / (2 * BRAKE_MPS2);
  return {
    eastM: at.eastM + flownM * Math.sin(heading),
    northM: at.northM + flownM * Math.cos(heading),
    upM: at.upM,
  };
}

const MAX_POINTS = 32;

function readRoute(
  { waypoint, points = waypoint === undefined ? [] : [waypoint] }: Readonly<Record<string, unknown>>,
  situation: Situation,
  { parts }: CommandContext,
): readonly FlightPoint[] | Refusal {
  const site = parts.operations.airspace.site();
  if (isRefusal(site)) return site;
  if (!Array.isArray(points) || points.length === 0 || points.length > MAX_POINTS)
    return refuse('VALIDATION_ERROR', {
      field: 'parameters.points',
      expectedType: `1 to ${MAX_POINTS} waypoints, or one as parameters.waypoint`,
    });
  const read: FlightPoint[] = [];
  for (const [at, point] of points.entries()) {
    const path = `parameters.points[${at}]`;
    const message = parseWaypoint(point, path);
    if (isRefusal(message)) return message;
    const place = toWaypoint(message, toWaypointSite(site, situation), path);
    if (isRefusal(place)) return place;
    read.push(toFlightPoint(place));
  }
  return read;
}
