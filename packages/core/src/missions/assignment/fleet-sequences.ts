import { type Charger, chargingS } from '../energy/charging.ts';
import type { SequenceDrone, SequenceProblem, SequenceTask } from './sequence-problem.ts';

/**
 * Missions one after the other as numbers that can be kept. A mission begins at its first waypoint and ends at the drone's
 * own home, where it charges if it must; energy is per cent of the drone's pack.
 */
export interface SequenceFacts {
  readonly missions: readonly MissionFacts[];
  readonly drones: readonly DroneFacts[];
  /** A row for each mission, by drone; null = the drone cannot fly it, however full it is. */
  readonly flights: readonly (readonly (FlightFacts | null)[])[];
  readonly charger: Charger;
  /** Drones that can charge at once. */
  readonly slots: number;
  /** Seconds that a per cent of charge costs. */
  readonly energySPerPct: number;
}

export interface MissionFacts {
  readonly id: string;
  /** To begin within; null = whenever. */
  readonly dueInS: number | null;
  /** 0 … 10 */
  readonly rank: number;
  /** Of those that are out the first, where nobody can. */
  readonly whyNot: string | null;
}

export interface DroneFacts {
  readonly id: string;
  readonly batteryPct: number;
  /** Never less than this at home: the floor, and what a flight must keep back for its doubts. */
  readonly reservePct: number;
  /** From where it is; 0 at home. */
  readonly homeInS: number;
  readonly homePct: number;
}

/** From home to the first waypoint, round the mission and back home. */
export interface FlightFacts {
  readonly outS: number;
  readonly outPct: number;
  /** Of the whole flight. */
  readonly flightS: number;
  readonly usedPct: number;
  /** To the first waypoint from where the drone is now. */
  readonly fromHereS: number;
  readonly fromHerePct: number;
}

/** To which a drone is charged: the last per cents take long. */
const CHARGE_LEVELS = [0.6, 0.8, 0.95];
const FULL_PCT = 100;
/** More than any sequence costs. */
const UNSERVED_S = 1e5;
const MAX_RANK = 10;
const HOME = 0;
const NO_QUEUE = 1e9;

/** Charge that a drone at home takes on before anything else: it could not even hover. */
export interface FirstCharge {
  readonly toPct: number;
  readonly durationS: number;
}

export function firstChargeOf(
  { batteryPct, reservePct, homeInS }: DroneFacts,
  charger: Charger,
): FirstCharge | undefined {
  if (batteryPct >= reservePct || homeInS > 0) return undefined;
  const level = CHARGE_LEVELS.find((each) => each * FULL_PCT > reservePct) ?? Number.NaN;
  const durationS = chargingS(charger, batteryPct / FULL_PCT, level);
  return durationS < Number.POSITIVE_INFINITY ? { toPct: level * FULL_PCT, durationS } : undefined;
}

export function toSequenceProblem(facts: SequenceFacts): SequenceProblem {
  const count = facts.missions.length;
  return {
    drones: facts.drones.map((drone) => toDrone(drone, facts.charger, 1 + 2 * count)),
    tasks: facts.missions.map((mission, at) => toTask(mission, at, count)),
    // With one for each nobody waits.
    chargers: [{ place: HOME, slots: facts.slots < facts.drones.length ? facts.slots : NO_QUEUE }],
    chargeLevels: CHARGE_LEVELS,
    travelS: createWays(facts, {
      out: ({ outS }) => outS,
      back: ({ outS, flightS }) => flightS - outS,
      here: ({ fromHereS }) => fromHereS,
      home: ({ homeInS }) => homeInS,
    }),
    travelWh: createWays(facts, {
      out: ({ outPct }) => outPct,
      back: ({ outPct, usedPct }) => usedPct - outPct,
      here: ({ fromHerePct }) => fromHerePct,
      home: ({ homePct }) => homePct,
    }),
    chargeS: (_charger, _drone, fromPct, toPct) =>
      chargingS(facts.charger, fromPct / FULL_PCT, toPct / FULL_PCT),
    energySPerWh: facts.energySPerPct,
    waitingWeight: 1,
  };
}

interface Ways {
  readonly out: (flight: FlightFacts) => number;
  readonly back: (flight: FlightFacts) => number;
  readonly here: (flight: FlightFacts) => number;
  readonly home: (drone: DroneFacts) => number;
}

/** Places: home, before each mission, after each mission, and last where the drone is now. */
function createWays({ missions, drones, flights }: SequenceFacts, ways: Ways) {
  const count = missions.length;
  const here = 1 + 2 * count;
  const table = (pick: (flight: FlightFacts) => number) =>
    drones.map((_drone, drone) =>
      Float64Array.from(missions, (_mission, mission) => {
        const flight = flights[mission]?.[drone];
        return flight ? pick(flight) : Number.POSITIVE_INFINITY;
      }),
    );
  const [outs, backs, heres] = [table(ways.out), table(ways.back), table(ways.here)];
  const homes = drones.map(ways.home);
  const outTo = (drone: number, to: number) => (to === HOME ? 0 : (outs[drone]?.[to - 1] as number));
  return (drone: number, from: number, to: number): number => {
    if (from <= count) return outTo(drone, to);
    if (from < here) return (backs[drone]?.[from - 1 - count] as number) + outTo(drone, to);
    return to === HOME ? (homes[drone] as number) : (heres[drone]?.[to - 1] as number);
  };
}

function toDrone(drone: DroneFacts, charger: Charger, here: number): SequenceDrone {
  const first = firstChargeOf(drone, charger);
  return {
    ...{ place: drone.homeInS > 0 ? here : HOME, endPlace: HOME, availableInS: first?.durationS ?? 0 },
    ...{ energyWh: first?.toPct ?? drone.batteryPct, capacityWh: FULL_PCT, floorWh: drone.reservePct },
    ...{ payloadMaxKg: 0, waitW: 0, skills: 0 },
  };
}

const toTask = ({ dueInS, rank }: MissionFacts, at: number, count: number): SequenceTask => ({
  ...{ place: 1 + at, endPlace: 1 + count + at, serviceS: 0, serviceWh: 0, payloadKg: 0, skills: 0 },
  ...{
    earliestS: 0,
    latestS: dueInS ?? Number.POSITIVE_INFINITY,
    unservedS: UNSERVED_S * (1 + rank / MAX_RANK),
  },
});

/** No way to fly all of it costs less: each mission by its cheapest drone, as if that had nothing else to do. */
export function leastCostS(facts: SequenceFacts): number {
  return facts.missions.reduce((sumS, { rank }, mission) => {
    const options = (facts.flights[mission] ?? []).map((flight) => {
      if (!flight) return Number.POSITIVE_INFINITY;
      const inS = Math.min(flight.outS, flight.fromHereS);
      const usedPct = flight.usedPct - flight.outPct + Math.min(flight.outPct, flight.fromHerePct);
      return 2 * inS + flight.flightS - flight.outS + facts.energySPerPct * usedPct;
    });
    return sumS + Math.min(UNSERVED_S * (1 + rank / MAX_RANK), ...options);
  }, 0);
}
