import { type AuctionState, askTree, listStart, lookAround } from './auction-state.ts';
import { setPrice } from './priced-tree.ts';

/** A mission that is outbid steps so much further the next time: near-equal drones would else be fought over for long. */
const STEP_GROWTH = 1.5;
/** Where drones have become dear, by so much of the price at least. */
const PRICE_SHARE = 0.01;

/**
 * The auction (Bertsekas 1988): every mission without a drone bids for the one that comes to the least, and raises its
 * price to where the second best is as good, and a step more; whoever had the drone bids again. At the end every mission
 * pays little more than its cheapest drone comes to (its step for the bid, and as much for the look around), or stays out
 * because none is worth it; how much that is in all, only the bound from below says. Prices are
 * those of the round before, if there was one, and only rise.
 */
export function bidForDrones(state: AuctionState, firstStepS: number, maxStepS: number): void {
  const { missionCount, droneOfMission, missionOfDrone, stepS, input, drones } = state;
  const waiting = orderByPlace(input.missions);
  let count = missionCount;
  stepS.fill(firstStepS);
  droneOfMission.fill(-1);
  missionOfDrone.fill(-1);
  state.freeDrones = state.droneCount;
  const bid: Bid = { drone: -1, bestS: 0, secondS: 0 };
  while (count > 0) {
    count -= 1;
    const mission = waiting[count] as number;
    state.bidsLeft -= 1;
    if (state.bidsLeft < 0) {
      takeFree(state, mission);
      continue;
    }
    findBid(state, mission, bid);
    if (bid.drone < 0) continue;
    const outbid = missionOfDrone[bid.drone] as number;
    if (outbid < 0) state.freeDrones -= 1;
    const priceS = drones.prices[bid.drone] as number;
    const raiseS = bid.secondS - bid.bestS + Math.max(stepS[mission] as number, PRICE_SHARE * priceS);
    setPrice(drones, bid.drone, priceS + raiseS);
    missionOfDrone[bid.drone] = mission;
    droneOfMission[mission] = bid.drone;
    if (outbid < 0) continue;
    stepS[outbid] = Math.min(maxStepS, (stepS[outbid] as number) * STEP_GROWTH);
    droneOfMission[outbid] = -1;
    waiting[count] = outbid;
    count += 1;
  }
}

/** Without bidding: the cheapest drone that nobody has. It stays without a price, so that the bound holds. */
function takeFree(state: AuctionState, mission: number): void {
  const { found, input, droneOfMission, missionOfDrone } = state;
  if (state.freeDrones === 0) return;
  state.onlyFree = true;
  askTree(state, mission, input.unassignedS, found);
  state.onlyFree = false;
  if (found.length === 0) return;
  const drone = found.items[0] as number;
  droneOfMission[mission] = drone;
  missionOfDrone[drone] = mission;
  state.freeDrones -= 1;
}

const CELLS = 256;

/** Neighbours one after the other (rows of cells, to and fro): they ask for the same drones, which are then at hand. */
function orderByPlace({ eastM, northM }: { eastM: Float64Array; northM: Float64Array }): Int32Array {
  const toCell = (valuesM: Float64Array) => {
    const least = valuesM.reduce((lower, valueM) => Math.min(lower, valueM), Number.POSITIVE_INFINITY);
    const most = valuesM.reduce((upper, valueM) => Math.max(upper, valueM), Number.NEGATIVE_INFINITY);
    const widthM = most > least ? most - least : 1;
    return (valueM: number) => Math.floor(((valueM - least) / widthM) * (CELLS - 1));
  };
  const [cellEast, cellNorth] = [toCell(eastM), toCell(northM)];
  const keys = Float64Array.from(eastM, (valueM, mission) => {
    const row = cellNorth(northM[mission] as number);
    const column = cellEast(valueM);
    const along = row % 2 === 0 ? column : CELLS - 1 - column;
    return (row * CELLS + along) * eastM.length + mission;
  }).sort();
  return Int32Array.from(keys, (key) => key % eastM.length);
}

interface Bid {
  /** −1 = to stay out is best. */
  drone: number;
  bestS: number;
  /** Of the second best, or of staying out. */
  secondS: number;
}

function findBid(state: AuctionState, mission: number, bid: Bid): void {
  readList(state, mission, bid);
  const boundS = state.boundsS[mission] as number;
  if (bid.secondS <= boundS) return;
  // Whoever steps far need not look for the last tenth of a second.
  const priceS = bid.drone < 0 ? 0 : (state.drones.prices[bid.drone] as number);
  lookAround(state, mission, Math.max(state.stepS[mission] as number, PRICE_SHARE * priceS));
  readList(state, mission, bid);
}

function readList(
  { listed, listedS, listLengths, drones, input }: AuctionState,
  mission: number,
  bid: Bid,
): void {
  const start = listStart(mission);
  const end = start + (listLengths[mission] as number);
  let best = input.unassignedS;
  let second = input.unassignedS;
  let drone = -1;
  for (let at = start; at < end; at += 1) {
    const each = listed[at] as number;
    const valueS = (listedS[at] as number) + (drones.prices[each] as number);
    if (!(valueS < second)) continue;
    if (valueS < best) {
      second = best;
      best = valueS;
      drone = each;
    } else second = valueS;
  }
  bid.drone = drone;
  bid.bestS = best;
  bid.secondS = second;
}

/** The least that any drone comes to for a mission, or staying out; never more than that. */
export function leastValueS(state: AuctionState, mission: number): number {
  const bid: Bid = { drone: -1, bestS: 0, secondS: 0 };
  readList(state, mission, bid);
  if (bid.bestS <= (state.boundsS[mission] as number)) return bid.bestS;
  lookAround(state, mission, 0);
  readList(state, mission, bid);
  return Math.min(bid.bestS, state.boundsS[mission] as number);
}
