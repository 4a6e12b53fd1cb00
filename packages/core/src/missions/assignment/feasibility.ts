import { type CostFacts, type CostWeights, toCostTerms, totalCostS } from './cost.ts';
import { type FleetTable, readiness } from './fleet-table.ts';
import type { MissionAsk } from './mission-ask.ts';

/** Why a drone is not sent. SKILL_ is followed by the name of the first skill that it lacks. */
export type ExclusionCode =
  | 'NO_DATA'
  | 'NOT_READY'
  | 'BUSY'
  | 'LINK_LOST'
  | 'HEALTH'
  | `SKILL_${string}`
  | 'AUTHZ'
  | 'PAYLOAD'
  | 'WIND'
  | 'TIME_WINDOW'
  | 'ENERGY_RTH'
  | 'ROUTE_4D';

/** By how much a drone falls short, in the unit of its code: s, kg, m/s, percent of charge. */
export interface Shortfall {
  readonly code: ExclusionCode;
  /** Left out where it is a matter of yes or no. */
  readonly shortBy?: number;
}

/** What a drone needs on a mission at the very least: straight there, with the wind, at its cheapest. */
export interface LeastFacts extends CostFacts {
  etaS: number;
  energyWh: number;
  hoverW: number;
  latenessS: number;
  priority: number;
  socEndPct: number;
  wearPct: number;
  displacementS: number;
  conflictS: number;
  leavesMission: boolean;
  /** Charge that is missing for the mission, the way back and the reserve; below 0 = it is left over. */
  shortByPct: number;
}

export function createLeastFacts(): LeastFacts {
  return {
    ...{ etaS: 0, energyWh: 0, hoverW: 0, latenessS: 0, priority: 0, socEndPct: 0, wearPct: 0 },
    ...{ displacementS: 0, conflictS: 0, leavesMission: false, shortByPct: 0 },
  };
}

/** `facts` is written over, so that a whole fleet is read without an object for each drone. */
export function readLeastFacts(fleet: FleetTable, ask: MissionAsk, drone: number, facts: LeastFacts): void {
  const toEastM = ask.eastM - (fleet.eastM[drone] as number);
  const toNorthM = ask.northM - (fleet.northM[drone] as number);
  const approachM = Math.sqrt(toEastM * toEastM + toNorthM * toNorthM);
  const capacityWh = fleet.capacityWh[drone] as number;
  const socPct = fleet.socPct[drone] as number;
  const leastWhPerM = fleet.leastWhPerM[drone] as number;
  const speedMps = fleet.speedMps[drone] as number;
  const energyWh = leastWhPerM * (approachM + ask.routeM) + ask.onSiteWh;
  const neededPct = (100 * (energyWh + leastWhPerM * ask.returnM)) / capacityWh;
  facts.etaS = (fleet.freeInS[drone] as number) + approachM / (speedMps + ask.windMps);
  facts.energyWh = energyWh;
  facts.hoverW = fleet.hoverW[drone] as number;
  facts.latenessS = ask.dueInS === null ? 0 : Math.max(0, facts.etaS - ask.dueInS);
  facts.priority = ask.priority;
  facts.socEndPct = socPct - (100 * energyWh) / capacityWh;
  facts.wearPct = fleet.wearPct[drone] as number;
  facts.displacementS = fleet.displacementS[drone] as number;
  facts.leavesMission = fleet.readiness[drone] === readiness.interruptible;
  facts.shortByPct = neededPct - (socPct - (fleet.floorPct[drone] as number));
}

/** No drone costs less than this on the mission, however its route turns out. Weights are not below 0. */
export function leastCostS(fleet: FleetTable, ask: MissionAsk, drone: number, weights: CostWeights): number {
  const facts = createLeastFacts();
  readLeastFacts(fleet, ask, drone, facts);
  return totalCostS(toCostTerms(facts, weights));
}

/** A drone of a fleet beside a mission, and what was read of the two. */
export interface DroneRead {
  readonly fleet: FleetTable;
  readonly ask: MissionAsk;
  readonly facts: LeastFacts;
  /** Of each bit of the skills. */
  readonly lacksSkill: readonly Shortfall[];
}

const SKILL_BITS = 32;

export function createDroneRead(fleet: FleetTable, ask: MissionAsk): DroneRead {
  const lacksSkill = Array.from(
    { length: SKILL_BITS },
    (_, bit): Shortfall => ({ code: `SKILL_${(ask.skillNames[bit] ?? `BIT_${bit}`).toUpperCase()}` }),
  );
  return { fleet, ask, facts: createLeastFacts(), lacksSkill };
}

/**
 * The first reason why the drone cannot fly the mission, matters of yes or no first; undefined = nothing known speaks
 * against it, and `read.facts` says what it needs.
 */
export function findShortfall(read: DroneRead, drone: number): Shortfall | undefined {
  const categorical = findObstacle(read, drone);
  if (categorical) return categorical;
  const { fleet, ask, facts } = read;
  readLeastFacts(fleet, ask, drone, facts);
  // One NaN anywhere makes the sum NaN. A drone without speed or power is as unknown as one without a place.
  const sum = facts.etaS + facts.energyWh + facts.shortByPct + facts.wearPct + facts.displacementS;
  const hasPower = facts.hoverW > 0 && (fleet.capacityWh[drone] as number) > 0;
  if (!(Math.abs(sum) < Number.POSITIVE_INFINITY && hasPower && (fleet.speedMps[drone] as number) > 0))
    return NO_DATA;
  const payloadMaxKg = fleet.payloadMaxKg[drone] as number;
  if (!(ask.payloadKg <= payloadMaxKg)) return shortOf('PAYLOAD', ask.payloadKg - payloadMaxKg);
  const windMaxMps = fleet.windMaxMps[drone] as number;
  if (!(ask.windMps <= windMaxMps)) return shortOf('WIND', ask.windMps - windMaxMps);
  if (ask.latestStartInS !== null && facts.etaS > ask.latestStartInS)
    return shortOf('TIME_WINDOW', facts.etaS - ask.latestStartInS);
  return facts.shortByPct > 0 ? shortOf('ENERGY_RTH', facts.shortByPct) : undefined;
}

function findObstacle({ fleet, ask, lacksSkill }: DroneRead, drone: number): Shortfall | undefined {
  const state = fleet.readiness[drone] as number;
  if (!(state < readiness.notReady)) return NOT_READY;
  if (state !== readiness.ready && !(state === readiness.interruptible && ask.interrupts)) return BUSY;
  const overMs = ask.nowMs - (fleet.lastHeardMs[drone] as number) - ask.linkAgeMaxMs;
  if (!(overMs < 0)) return shortOf('LINK_LOST', overMs / MS_PER_S);
  if (fleet.criticalAnomalies[drone] !== 0) return HEALTH;
  const lacks = ask.skills & ~(fleet.skills[drone] as number);
  if (lacks !== 0) return lacksSkill[SKILL_BITS - 1 - Math.clz32(lacks & -lacks)];
  return (ask.zones & ~(fleet.zones[drone] as number)) === 0 ? undefined : AUTHZ;
}

const NO_DATA: Shortfall = { code: 'NO_DATA' };
const NOT_READY: Shortfall = { code: 'NOT_READY' };
const BUSY: Shortfall = { code: 'BUSY' };
const HEALTH: Shortfall = { code: 'HEALTH' };
const AUTHZ: Shortfall = { code: 'AUTHZ' };
const MS_PER_S = 1000;

/** By how much is told only where it is known. */
const shortOf = (code: ExclusionCode, shortBy: number): Shortfall =>
  Number.isFinite(shortBy) ? { code, shortBy } : { code };
