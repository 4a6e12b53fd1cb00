import { type Refusal, refuse } from '../../errors.ts';
import { type CheapestItems, createCheapestItems, findCheapest, type TreeQuery } from './cheapest-items.ts';
import { createPricedTree, type PricedTree } from './priced-tree.ts';

export interface FleetMatchingInput {
  /** Where each mission begins, and the skills that it needs (bits; none when left out). */
  readonly missions: MissionPlaces;
  readonly drones: DronePlaces;
  /**
   * What the drone costs on the mission, in seconds; Infinity = it cannot. Never below what `drones` says of the straight
   * way: that is a fault, and thrown.
   */
  readonly costS: (mission: number, drone: number) => number;
  /** What a mission without a drone costs: no drone is sent that would cost the fleet more. */
  readonly unassignedS: number;
}

export interface MissionPlaces {
  readonly eastM: Float64Array;
  readonly northM: Float64Array;
  readonly skills?: Int32Array;
}

export interface DronePlaces extends MissionPlaces {
  /** Over ground, at best. */
  readonly speedMaxMps: Float64Array;
  /** What any mission costs with this drone besides the way, at least; 0 when left out. */
  readonly baseS?: Float64Array;
}

export interface AuctionOptions {
  /** By so much a bid outbids; where nothing is fought over, what is found is within missions × step of the optimum. */
  readonly stepS?: number;
  /** A mission that is outbid again and again steps further and further, up to this. */
  readonly maxStepS?: number;
  /** Bids a mission on average; when they are used up, the rest takes what is free. */
  readonly bidsPerMission?: number;
}

/** Drones that a mission bids for before it looks around again. */
const LIST_SIZE = 12;
const MAX_FLEET_SIDE = 1 << 20;

export interface AuctionState {
  readonly input: FleetMatchingInput;
  readonly missionCount: number;
  readonly droneCount: number;
  readonly drones: PricedTree;
  readonly droneOfMission: Int32Array;
  readonly missionOfDrone: Int32Array;
  readonly stepS: Float64Array;
  readonly listed: Int32Array;
  readonly listedS: Float64Array;
  readonly listLengths: Int32Array;
  /** No drone outside a mission's list comes to less. Holds as long as prices rise. */
  readonly boundsS: Float64Array;
  readonly found: CheapestItems;
  readonly query: TreeQuery;
  asking: number;
  onlyFree: boolean;
  freeDrones: number;
  bidsLeft: number;
}

export function createAuctionState(
  input: FleetMatchingInput,
  bidsPerMission: number,
): AuctionState | Refusal {
  const reason = findFault(input);
  if (reason) return refuse('VALIDATION_ERROR', { field: 'input', reason });
  const [missionCount, droneCount] = [input.missions.eastM.length, input.drones.eastM.length];
  const usualWayM = measureUsualWay(input);
  const state: AuctionState = {
    ...{ input, missionCount, droneCount },
    drones: createPricedTree(
      {
        ...{ eastM: input.drones.eastM, northM: input.drones.northM },
        skills: input.drones.skills ?? new Int32Array(droneCount),
        costPerM: input.drones.speedMaxMps.map((speedMps) => 1 / speedMps),
        baseCost: input.drones.baseS ?? new Float64Array(droneCount),
      },
      usualWayM,
    ),
    droneOfMission: new Int32Array(missionCount).fill(-1),
    missionOfDrone: new Int32Array(droneCount).fill(-1),
    stepS: new Float64Array(missionCount),
    listed: new Int32Array(missionCount * LIST_SIZE),
    listedS: new Float64Array(missionCount * LIST_SIZE),
    listLengths: new Int32Array(missionCount),
    boundsS: new Float64Array(missionCount).fill(Number.NEGATIVE_INFINITY),
    found: createCheapestItems(LIST_SIZE),
    query: {
      ...{ eastM: 0, northM: 0, skills: 0, below: Number.POSITIVE_INFINITY, slack: 0 },
      costPerM: 0,
      costOf: (drone) =>
        state.onlyFree && (state.missionOfDrone[drone] as number) >= 0
          ? Number.POSITIVE_INFINITY
          : input.costS(state.asking, drone),
    },
    ...{ asking: -1, onlyFree: false, freeDrones: droneCount },
    bidsLeft: bidsPerMission * missionCount,
  };
  return state;
}

/** Farther from the frame's origin than the Earth is large. */
const MAX_PLACE_M = 1e8;

function findFault({ missions, drones, unassignedS }: FleetMatchingInput): string | undefined {
  if (!(unassignedS >= 0 && unassignedS <= 1e9)) return 'unassignedS is from 0 to 1e9';
  const { speedMaxMps, baseS } = drones;
  if (!speedMaxMps.every((speedMps) => speedMps > 0 && Number.isFinite(speedMps)))
    return 'speedMaxMps is a positive number';
  if (baseS && !baseS.every((costS) => costS >= 0 && Number.isFinite(costS))) return 'baseS is 0 or more';
  return (
    findPlaceFault(missions, [missions.northM, missions.skills]) ??
    findPlaceFault(drones, [drones.northM, drones.skills, speedMaxMps, baseS])
  );
}

function findPlaceFault(
  { eastM, northM }: MissionPlaces,
  columns: readonly (ArrayLike<number> | undefined)[],
): string | undefined {
  const count = eastM.length;
  if (count > MAX_FLEET_SIDE) return `at most ${MAX_FLEET_SIDE} missions or drones`;
  if (columns.some((column) => column && column.length !== count)) return 'columns are equally long';
  const isPlace = (placeM: number) => Math.abs(placeM) <= MAX_PLACE_M;
  return eastM.every(isPlace) && northM.every(isPlace) ? undefined : `a place is within ±${MAX_PLACE_M} m`;
}

const SAMPLED_MISSIONS = 16;

/** The way from the nearest drone, on average over a few missions. Only speed depends on it. */
function measureUsualWay({ missions, drones }: FleetMatchingInput): number {
  const count = Math.min(SAMPLED_MISSIONS, missions.eastM.length);
  let sumM = 0;
  for (let sample = 0; sample < count; sample += 1) {
    const mission = Math.floor((sample * missions.eastM.length) / count);
    let nearestM2 = Number.POSITIVE_INFINITY;
    for (let drone = 0; drone < drones.eastM.length; drone += 1) {
      const toEastM = (drones.eastM[drone] as number) - (missions.eastM[mission] as number);
      const toNorthM = (drones.northM[drone] as number) - (missions.northM[mission] as number);
      nearestM2 = Math.min(nearestM2, toEastM * toEastM + toNorthM * toNorthM);
    }
    if (nearestM2 < Number.POSITIVE_INFINITY) sumM += Math.sqrt(nearestM2);
  }
  return sumM / Math.max(1, count);
}

export const listStart = (mission: number): number => mission * LIST_SIZE;

/**
 * Lists the drones that come to the least at today's prices. Those at `unassignedS` or more are of no interest. With a
 * slack, one that is better than the listed by no more than that may be missing.
 */
export function lookAround(state: AuctionState, mission: number, slackS: number): void {
  const { found, listed, listedS } = state;
  state.query.slack = slackS;
  askTree(state, mission, state.input.unassignedS, found);
  state.query.slack = 0;
  const start = listStart(mission);
  for (let at = 0; at < found.length; at += 1) {
    listed[start + at] = found.items[at] as number;
    listedS[start + at] = found.costs[at] as number;
  }
  state.listLengths[mission] = found.length;
  state.boundsS[mission] = found.bound;
}

export function askTree(state: AuctionState, mission: number, below: number, found: CheapestItems): void {
  const { query, input } = state;
  state.asking = mission;
  query.eastM = input.missions.eastM[mission] as number;
  query.northM = input.missions.northM[mission] as number;
  query.skills = input.missions.skills?.[mission] ?? 0;
  query.below = below;
  findCheapest(state.drones, query, found);
}
