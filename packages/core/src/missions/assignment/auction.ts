import { isRefusal, type Refusal } from '../../errors.ts';
import {
  type AuctionOptions,
  type AuctionState,
  createAuctionState,
  type FleetMatchingInput,
} from './auction-state.ts';
import { bidForDrones, leastValueS } from './bid-for-drones.ts';

/** Who flies what, what that costs, and a proof of how much less it could cost at most. */
export interface FleetMatching {
  /** −1 = without. */
  readonly droneOfMission: Int32Array;
  readonly missionOfDrone: Int32Array;
  readonly assigned: number;
  /** With `unassignedS` for each mission without a drone. */
  readonly costS: number;
  /** What each drone is worth to the others; 0 = it is free. */
  readonly priceS: Float64Array;
  /** No assignment of these missions to these drones costs less (weak duality over all pairs, listed or not). */
  readonly lowerBoundS: number;
  /** `costS − lowerBoundS`. */
  readonly gapS: number;
  /** False when the bids ran out; the gap is told all the same. */
  readonly isComplete: boolean;
  readonly bids: number;
}

/**
 * Matches missions and drones of a whole fleet by an auction (Bertsekas). A mission lists the drones nearest by cost and
 * price and looks around again when the list no longer suffices, so that nothing is left out: the gap is that of the
 * whole problem. The same input gives the same answer.
 */
export function auctionFleet(
  input: FleetMatchingInput,
  { stepS = 0.02, maxStepS = 20, bidsPerMission = 100 }: AuctionOptions = {},
): FleetMatching | Refusal {
  const state = createAuctionState(input, bidsPerMission);
  if (isRefusal(state)) return state;
  const allBids = state.bidsLeft;
  let best: Round | undefined;
  let lowerBoundS = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < MAX_ROUNDS && state.bidsLeft >= 0; round += 1) {
    bidForDrones(state, stepS, Math.max(stepS, maxStepS / ROUND_RATIO ** round));
    const found = readRound(state);
    if (!best || found.costS < best.costS) best = found;
    lowerBoundS = Math.max(lowerBoundS, boundBelow(state));
    if (best.costS - lowerBoundS <= ENOUGH_SHARE * best.costS) break;
  }
  const { costS, ...rest } = best ?? readRound(state);
  return {
    ...{ ...rest, costS, lowerBoundS, gapS: costS - lowerBoundS },
    isComplete: state.bidsLeft >= 0,
    bids: allBids - state.bidsLeft,
  };
}

/** Where much is fought over, the prices of one round are the beginning of the next, with smaller steps at the end. */
const MAX_ROUNDS = 5;
const ROUND_RATIO = 5;
const ENOUGH_SHARE = 0.01;

interface Round {
  readonly droneOfMission: Int32Array;
  readonly missionOfDrone: Int32Array;
  readonly priceS: Float64Array;
  readonly assigned: number;
  readonly costS: number;
}

function readRound(state: AuctionState): Round {
  return {
    ...addCosts(state),
    droneOfMission: Int32Array.from(state.droneOfMission),
    missionOfDrone: Int32Array.from(state.missionOfDrone),
    priceS: Float64Array.from(state.drones.prices),
  };
}

function addCosts({ input, missionCount, droneOfMission }: AuctionState) {
  let [costS, assigned] = [0, 0];
  for (let mission = 0; mission < missionCount; mission += 1) {
    const drone = droneOfMission[mission] as number;
    costS += drone < 0 ? input.unassignedS : input.costS(mission, drone);
    if (drone >= 0) assigned += 1;
  }
  return { costS, assigned };
}

/** Every mission at the least that any drone comes to, less all prices: the value of the dual, whatever the prices are. */
function boundBelow(state: AuctionState): number {
  let sumS = 0;
  for (let mission = 0; mission < state.missionCount; mission += 1) sumS += leastValueS(state, mission);
  return state.drones.prices.reduce((rest, priceS) => rest - priceS, sumS);
}
