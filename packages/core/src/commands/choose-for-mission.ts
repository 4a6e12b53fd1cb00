import { isRefusal, type Refusal, refuse } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import { OFFLINE_AFTER_MS } from '../fleet/drone-view.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { KNOT_SIZE } from '../geo/trajectory.ts';
import { toWaypoints } from '../messages/waypoint.ts';
import type { BestDroneInput, DroneEvaluation } from '../missions/assignment/best-drone.ts';
import { toCostTerms, totalCostS } from '../missions/assignment/cost.ts';
import { type DecisionRecord, decideMission } from '../missions/assignment/explain.ts';
import type { MissionAsk } from '../missions/assignment/mission-ask.ts';
import { defaultEnergyPolicy, toCraft } from '../missions/energy/leg.ts';
import type { MissionPlan } from '../missions/mission.ts';
import { distanceM } from '../missions/route.ts';
import type { FlightVerdict } from '../missions/safety/validate-flight.ts';
import type { AirspaceDesk, FlightWish } from './airspace/airspace-desk.ts';
import type { EnergyBook } from './airspace/energy-book.ts';
import type { Situation } from './airspace/situation.ts';
import { toPlanFlight, toWaypointSite } from './airspace/waypoint-flight.ts';
import { rankOf, toFleetTable } from './fleet-rows.ts';
import { type FlightAround, flyAround, isOnlyTraffic } from './fly-around.ts';

/** What a choice of drones rests on. */
export interface ChoiceWorld {
  readonly tenant: string;
  readonly nowMs: number;
  readonly fleet: Fleet;
  readonly airspace: AirspaceDesk;
  readonly energy: Pick<EnergyBook, 'leastOf'>;
  /** Which drones are bound, to what. */
  readonly bound: () => ReadonlyMap<string, MissionPlan>;
}

/** A drone's flight of a mission, found safe. */
export interface CheckedFlight {
  readonly situation: Situation;
  readonly wish: FlightWish;
  readonly verdict: FlightVerdict;
  /** Where others were in the way of the flight as it was asked for. */
  readonly around?: FlightAround & { readonly askedEtaS: number };
}

export interface MissionChoice {
  /** Why this one, to be kept. */
  readonly decision: DecisionRecord;
  readonly considered: number;
  /** Those that were evaluated exactly. */
  readonly looked: readonly DroneState[];
  readonly best: { readonly drone: DroneState; readonly flight: CheckedFlight } | undefined;
  /** Of the flights that were refused, the first. */
  readonly refused: FlightVerdict | undefined;
}

/** Looks at every drone that is asked, the likeliest exactly; all checks of safety count. */
export function chooseForMission(
  plan: MissionPlan,
  drones: readonly DroneState[],
  world: ChoiceWorld,
): MissionChoice | Refusal {
  const input = toChoiceInput(plan, drones, world);
  if (isRefusal(input)) return input;
  const flights = new Map<string, CheckedFlight>();
  const looked: DroneState[] = [];
  let refused: FlightVerdict | undefined;
  let aroundsLeft = MAX_AROUNDS;
  const evaluate = (index: number): DroneEvaluation | undefined => {
    const drone = drones[index] as DroneState;
    looked.push(drone);
    // One that can is enough, where more would take long to plan.
    const isEnough = flights.size > 0 && aroundsLeft <= 0;
    const checked = checkMissionFlight(plan, world.airspace.situationNow(drone), world, !isEnough);
    if (isRefusal(checked)) return { code: 'NO_DATA' };
    if (isEnough && isOnlyTraffic(checked.verdict)) return undefined;
    if (checked.around || isOnlyTraffic(checked.verdict)) aroundsLeft -= 1;
    if (checked.verdict.accepted) flights.set(drone.droneId, checked);
    else refused ??= checked.verdict;
    return checked.verdict.accepted ? toCost(checked, input.ask) : toShortfall(checked.verdict);
  };
  const decision = decideMission(input, evaluate);
  if (isRefusal(decision)) return decision;
  const flight = flights.get(decision.chosen?.drone ?? '');
  const drone = flight && drones.find(({ droneId }) => droneId === decision.chosen?.drone);
  const best = flight && drone ? { drone, flight } : undefined;
  return { decision, considered: drones.length, looked, best, refused };
}

/** The same once it is known where those have their homes that were looked at: of drones only seen in the air it is looked up. */
export async function chooseSurely(
  plan: MissionPlan,
  drones: readonly DroneState[],
  world: ChoiceWorld,
): Promise<MissionChoice | Refusal> {
  const asked = new Set<DroneState>();
  for (;;) {
    const choice = chooseForMission(plan, drones, world);
    if (isRefusal(choice)) return choice;
    const unasked = choice.looked.filter((drone) => !asked.has(drone));
    const lookUps = unasked.flatMap((drone) => world.airspace.lookUpHome(drone) ?? []);
    if (lookUps.length === 0) return choice;
    for (const drone of unasked) asked.add(drone);
    await Promise.all(lookUps);
  }
}

/** The fleet beside the mission, as far as all of it can be looked at. */
export function toChoiceInput(
  plan: MissionPlan,
  drones: readonly DroneState[],
  { tenant, nowMs, airspace, energy, bound }: ChoiceWorld,
): BestDroneInput | Refusal {
  const site = airspace.site();
  if (isRefusal(site)) return site;
  const speedMps = Math.max(plan.speedMps ?? airspace.limits.cruiseMps, ...speedsOf(plan));
  const asked = toAsk(plan, { airspace, nowMs });
  if (isRefusal(asked)) return asked;
  const { firstUpM, ...ask } = asked;
  const view = { site, plan, speedMps, bound: bound(), firstUpM, leastOf: energy.leastOf(tenant) };
  const fleet = toFleetTable(drones, { ...view, climbMps: airspace.limits.flight.climbMps });
  return { fleet, ask, maxEvaluations: MAX_EVALUATIONS };
}

/** Exact evaluations for one answer: the cheapest by their bounds; beyond, the answer says that it is not proven best. */
const MAX_EVALUATIONS = 8;

/** Of them, those that are planned around others. */
const MAX_AROUNDS = 2;

const speedsOf = ({ waypoints }: MissionPlan): readonly number[] => waypoints.map(({ speed }) => speed ?? 0);

export function checkMissionFlight(
  plan: MissionPlan,
  situation: Situation | Refusal,
  { airspace }: Pick<ChoiceWorld, 'airspace'>,
  mayChange = true,
): CheckedFlight | Refusal {
  const site = airspace.site();
  if (isRefusal(situation)) return situation;
  if (isRefusal(site)) return site;
  const changed = plan.waypoints.map((_waypoint, index) => index);
  const wish = toPlanFlight(plan, { from: 0, changed }, { site, situation, path: 'mission.waypoints' });
  if (isRefusal(wish)) return wish;
  const verdict = airspace.check(situation, wish);
  if (isRefusal(verdict)) return verdict;
  const asked = { situation, wish, verdict };
  const around = mayChange && isOnlyTraffic(verdict) ? flyAround({ ...asked, plan }, airspace) : undefined;
  if (!around) return asked;
  return {
    ...{ situation, wish: around.wish, verdict: around.verdict },
    around: { ...around, askedEtaS: etaOf(asked) },
  };
}

/** What the mission asks of any drone; altitudes that hang on a drone's own home do not matter here. */
function toAsk(
  plan: MissionPlan,
  { nowMs, airspace }: Pick<ChoiceWorld, 'nowMs' | 'airspace'>,
): (MissionAsk & { readonly firstUpM: number }) | Refusal {
  const site = airspace.site();
  if (isRefusal(site)) return site;
  const waypointSite = toWaypointSite(site, { home: { eastM: 0, northM: 0, upM: 0 } });
  const places = toWaypoints(plan.waypoints, waypointSite, 'mission.waypoints');
  if (isRefusal(places)) return places;
  const [first] = places;
  if (!first) return refuse('VALIDATION_ERROR', { field: 'mission.waypoints' });
  const routeM = places.slice(1).reduce((sum, to, at) => sum + distanceM(places[at] ?? to, to), 0);
  const dueInS = plan.deadlineMs === undefined ? null : (plan.deadlineMs - nowMs) / 1000;
  return {
    ...{ nowMs, eastM: first.eastM, northM: first.northM, routeM, returnM: 0, onSiteWh: 0 },
    ...{ dueInS, latestStartInS: dueInS, priority: rankOf(plan), zones: 0, payloadKg: 0, windMps: 0 },
    ...{ linkAgeMaxMs: OFFLINE_AFTER_MS, interrupts: false },
    firstUpM: first.upM,
    ...{ skills: 2 ** plan.requiredCapabilities.length - 1, skillNames: plan.requiredCapabilities },
  };
}

/** What keeping clear of others costs is told as such: the rest is as if nobody were there. */
export function toCost(flight: CheckedFlight, ask: MissionAsk): DroneEvaluation {
  const { situation, verdict, around } = flight;
  const { energy, durationS } = verdict;
  const { hoverW } = toCraft(situation.model.airframe, situation.air, defaultEnergyPolicy);
  const [arrivalS, undisturbedS] = [etaOf(flight), around?.askedEtaS ?? etaOf(flight)];
  const etaS = Number.isFinite(undisturbedS) ? undisturbedS : durationS;
  const lateS = Number.isFinite(arrivalS) ? arrivalS : durationS;
  const terms = toCostTerms({
    ...{ etaS, energyWh: energy?.meanWh ?? 0, hoverW, priority: ask.priority, wearPct: 0, displacementS: 0 },
    ...{ conflictS: around?.costS ?? 0, leavesMission: false, socEndPct: energy?.batteryAtHomePct ?? 0 },
    latenessS: ask.dueInS === null ? 0 : Math.max(0, lateS - ask.dueInS),
  });
  return { costS: totalCostS(terms), terms };
}

/** Until the first waypoint is reached, s. */
export function etaOf({ verdict: { trajectory }, wish, around }: CheckedFlight): number {
  const { points, changed } = wish;
  const first = points[around?.firstPoint ?? changed[0] ?? 0]?.at;
  if (!trajectory || !first) return Number.NaN;
  const { knots } = trajectory;
  for (let at = 0; at < knots.length; at += KNOT_SIZE) {
    const [east = 0, north = 0, up = 0] = knots.subarray(at + 1, at + KNOT_SIZE);
    if (Math.hypot(east - first.eastM, north - first.northM, up - first.upM) < SAME_M)
      return (around?.startsInS ?? 0) + (knots[at] as number);
  }
  return Number.NaN;
}

const SAME_M = 0.05;

function toShortfall({ violations }: FlightVerdict): DroneEvaluation {
  const energy = violations.find(({ check }) => check === 'ENERGY_RTH');
  const isShort = energy?.unit === '%' && energy.margin !== undefined;
  if (energy) return { code: 'ENERGY_RTH', ...(isShort && { shortBy: -(energy.margin as number) }) };
  if (violations.some(({ check }) => check === 'WIND')) return { code: 'WIND' };
  if (violations.some(({ check }) => check === 'AUTHZ')) return { code: 'AUTHZ' };
  return { code: 'ROUTE_4D' };
}
