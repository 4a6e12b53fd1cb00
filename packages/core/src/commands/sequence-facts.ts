import { isRefusal, type Refusal } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import { defaultCostWeights } from '../missions/assignment/cost.ts';
import { createDroneRead, type ExclusionCode, findShortfall } from '../missions/assignment/feasibility.ts';
import type {
  DroneFacts,
  FlightFacts,
  MissionFacts,
  SequenceFacts,
} from '../missions/assignment/fleet-sequences.ts';
import type { Charger } from '../missions/energy/charging.ts';
import { judgeReturn, type ReturnVerdict } from '../missions/energy/reachability.ts';
import type { FlightPoint } from '../missions/energy/route.ts';
import type { Situation } from './airspace/situation.ts';
import { toPlanFlight } from './airspace/waypoint-flight.ts';
import { type ChoiceWorld, toChoiceInput } from './choose-for-mission.ts';
import { planToFly } from './give-mission.ts';
import type { CarriedMission } from './mission-record.ts';

/** What sequences of missions are planned from: each mission's flight by each drone that is free, there and back. */

export interface ChargingTerms {
  readonly charger: Charger;
  /** At once; all of them where it is left out: each at its own home. */
  readonly slots?: number;
}

/** With these a drone takes no part now. */
const UNFREE: ReadonlySet<ExclusionCode> = new Set(['NO_DATA', 'NOT_READY', 'BUSY', 'LINK_LOST', 'HEALTH']);

/** Those that could be sent on some mission now, charge apart, the nearest first; a mission is read, then others have their turn. */
export function* freeDrones(
  missions: readonly CarriedMission[],
  drones: readonly DroneState[],
  world: ChoiceWorld,
): Generator<void, readonly DroneState[] | Refusal, void> {
  const nearS = new Float64Array(drones.length).fill(Number.POSITIVE_INFINITY);
  for (const mission of missions) {
    const input = toChoiceInput(planToFly(mission), drones, world);
    if (isRefusal(input)) return input;
    const read = createDroneRead(input.fleet, input.ask);
    for (const at of drones.keys()) {
      const shortfall = findShortfall(read, at);
      if (!shortfall || !UNFREE.has(shortfall.code))
        nearS[at] = Math.min(nearS[at] as number, read.facts.etaS);
    }
    yield;
  }
  return [...drones.keys()]
    .filter((at) => Number.isFinite(nearS[at]))
    .sort((a, b) => (nearS[a] as number) - (nearS[b] as number) || a - b)
    .map((at) => drones[at] as DroneState);
}

/** A mission is read, then others have their turn. */
export function* readSequenceFacts(
  missions: readonly CarriedMission[],
  drones: readonly DroneState[],
  { charger, slots }: ChargingTerms,
  world: ChoiceWorld,
): Generator<void, SequenceFacts | Refusal, void> {
  const pilots = drones.map((drone) => world.airspace.situationNow(drone));
  const rows: Row[] = [];
  for (const mission of missions) {
    const row = readMission(mission, drones, pilots, world);
    if (isRefusal(row)) return row;
    rows.push(row);
    yield;
  }
  const hovers = rows.flatMap(({ flights }) => flights.flatMap((flight) => flight?.secondsPerPct ?? []));
  const hoverS = hovers.length === 0 ? 0 : hovers.reduce((sum, each) => sum + each, 0) / hovers.length;
  return {
    missions: rows.map(({ mission }) => mission),
    drones: drones.map((drone, at) =>
      toDrone(
        drone,
        pilots[at],
        rows.map(({ flights }) => flights[at]),
      ),
    ),
    flights: rows.map(({ flights }) => flights.map((each) => each?.facts ?? null)),
    ...{ charger, slots: slots ?? Math.max(1, drones.length) },
    energySPerPct: toMs(defaultCostWeights.energy * hoverS),
  };
}

interface Flown {
  readonly facts: FlightFacts;
  /** Kept back for doubts. */
  readonly reservePct: number;
  readonly secondsPerPct: number;
  readonly home: Pick<DroneFacts, 'homeInS' | 'homePct'>;
}

interface Row {
  readonly mission: MissionFacts;
  readonly flights: readonly (Flown | undefined)[];
}

/** To the millisecond, and the thousandth of a per cent: the record stays small. */
const toMs = (value: number): number => Math.round(value * 1000) / 1000;

function readMission(
  mission: CarriedMission,
  drones: readonly DroneState[],
  pilots: readonly (Situation | Refusal)[],
  world: ChoiceWorld,
): Row | Refusal {
  const input = toChoiceInput(planToFly(mission), drones, world);
  if (isRefusal(input)) return input;
  const { fleet, ask } = input;
  const read = createDroneRead(fleet, ask);
  let whyNot: string | null = null;
  const flights = pilots.map((situation, at) => {
    const shortfall = findShortfall(read, at);
    // What is short now may be charged.
    const isOut = shortfall !== undefined && shortfall.code !== 'ENERGY_RTH';
    const flown = isOut || isRefusal(situation) ? undefined : readFlight(mission, situation, world);
    if (flown && typeof flown === 'object') return flown;
    whyNot ??= `no drone can: ${isOut ? shortfall.code : (flown ?? 'NO_DATA')}`;
    return undefined;
  });
  if (flights.some((flight) => flight !== undefined)) whyNot = null;
  else whyNot ??= 'no drone is free';
  return { mission: { id: mission.id, dueInS: ask.dueInS, rank: ask.priority, whyNot }, flights };
}

const FULL_PCT = 100;
/** The check of the way home from every place of a flight asks a little more than that of its end. */
const SPARE_PCT = 3;

/** From home and with a full pack, by the rule that any flight is judged by; a code where it is not accepted even so. */
function readFlight(
  mission: CarriedMission,
  situation: Situation,
  { airspace }: ChoiceWorld,
): Flown | ExclusionCode {
  const site = airspace.site();
  if (isRefusal(site)) return 'NO_DATA';
  const plan = planToFly(mission);
  const wish = toPlanFlight(plan, { from: 0, changed: [] }, { site, situation, path: 'mission.waypoints' });
  if (isRefusal(wish)) return 'NO_DATA';
  const [first] = wish.points;
  if (!first) return 'NO_DATA';
  const { home, model, air, pads } = situation;
  const { cruiseMps, energy, flight } = airspace.limits;
  const over = { at: { ...home, upM: Math.max(home.upM, first.at.upM) } };
  const points: readonly FlightPoint[] = [over, ...wish.points];
  const route = points.map((point) => ({
    ...point,
    groundSpeedMps: point.groundSpeedMps ?? cruiseMps,
  }));
  const verdict = judgeReturn({ batteryPct: FULL_PCT, model, air, from: home, route, pads }, energy);
  if (isRefusal(verdict)) return 'NO_DATA';
  if (!verdict.accepted || verdict.marginPct < SPARE_PCT)
    return verdict.reason === 'wind' ? 'WIND' : 'ENERGY_RTH';
  const speedMps = first.groundSpeedMps ?? cruiseMps;
  const climbS = (over.at.upM - home.upM) / flight.climbMps;
  return toFlown(verdict, situation, { speedMps, climbS, first: first.at });
}

interface Approach {
  readonly speedMps: number;
  readonly climbS: number;
  readonly first: { readonly eastM: number; readonly northM: number };
}

function toFlown(verdict: ReturnVerdict, situation: Situation, { speedMps, climbS, first }: Approach): Flown {
  const levelM = (from: Approach['first'], to: Approach['first']) =>
    Math.hypot(from.eastM - to.eastM, from.northM - to.northM);
  const { home, at, onGround } = situation;
  const usedPct = FULL_PCT - verdict.batteryAtHomePct;
  const flightS = verdict.flightS;
  const pctPerS = usedPct / flightS;
  const outS = Math.min(flightS, climbS + levelM(home, first) / speedMps);
  const hereS = onGround ? outS : levelM(at, first) / speedMps;
  const homeS = onGround ? 0 : Math.max(1, levelM(at, home) / speedMps);
  return {
    facts: {
      ...{ outS: toMs(outS), outPct: toMs(outS * pctPerS), flightS: toMs(flightS), usedPct: toMs(usedPct) },
      ...{ fromHereS: toMs(hereS), fromHerePct: toMs(hereS * pctPerS) },
    },
    reservePct: Math.max(0, verdict.neededPct - usedPct) + SPARE_PCT,
    secondsPerPct: verdict.marginPct > 0 ? verdict.marginS / verdict.marginPct : 0,
    home: { homeInS: toMs(homeS), homePct: toMs(homeS * pctPerS) },
  };
}

function toDrone(
  { droneId, batteryPct }: DroneState,
  situation: Situation | Refusal | undefined,
  flights: readonly (Flown | undefined)[],
): DroneFacts {
  const able = flights.filter((flight) => flight !== undefined);
  const known = situation && !isRefusal(situation) ? situation.batteryPct : batteryPct;
  return {
    id: droneId,
    batteryPct: Number.isFinite(known) ? Math.min(FULL_PCT, Math.max(0, known)) : 0,
    reservePct: toMs(able.reduce((most, { reservePct }) => Math.max(most, reservePct), 0)),
    ...(able[0]?.home ?? { homeInS: 0, homePct: 0 }),
  };
}
