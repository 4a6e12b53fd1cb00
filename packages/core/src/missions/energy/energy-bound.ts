import { type Discharge, storedWh, toDischarge } from './battery.ts';
import type { EnergyModel } from './energy-model.ts';
import { type AirState, type Craft, defaultEnergyPolicy, type EnergyPolicy, toCraft } from './leg.ts';
import { flightPowerW, leastPowerW } from './power.ts';

/**
 * What a drone's flights cost at the least, worked out once a model and wind, so that a scan over many drones leaves out
 * what is out of question: no drone that `judgeReturn` would accept is ever left out.
 */
export interface EnergyBound {
  /** Least energy a metre over ground outward, whatever direction and speed, Wh. */
  readonly whPerM: number;
  /** Homeward, where no wind helps. */
  readonly homeWhPerM: number;
  /** What the pack gives at the least power there is; undefined: nothing. */
  readonly discharge: Discharge | undefined;
  /** Of it, not for flying: the floor, the contingency, the landing. */
  readonly keptWh: number;
  /** What a Wh of flying asks for at the policy's quantile, the wind's part apart. */
  readonly doubt: number;
  /** Of hovering in this wind, to turn energy into seconds. */
  readonly hoverW: number;
}

const SPEEDS = 64;
/** The grid's best is above the true best by less than this: near its minimum the cost is flat. */
const GRID_SHARE = 0.99;
const J_PER_WH = 3600;

export function createEnergyBound(
  model: EnergyModel,
  air: AirState,
  policy: EnergyPolicy = defaultEnergyPolicy,
): EnergyBound {
  const craft = toCraft(model.airframe, air, policy);
  const { hoverW, power } = craft;
  const discharge = toDischarge(model.pack, leastPowerW(power));
  const doubt = 1 + policy.quantileZ * model.relativeSigma;
  const floorSoc = Math.max(policy.floorPct / 100, discharge?.emptySoc ?? 1);
  const floorWh = discharge ? storedWh(discharge, floorSoc) : 0;
  const heldS = policy.contingencyS + doubt * policy.landingS;
  return {
    whPerM: leastWhPerM(craft, Math.hypot(air.windEastMps, air.windNorthMps)),
    homeWhPerM: leastWhPerM(craft, 0),
    discharge,
    keptWh: floorWh + (hoverW * heldS) / J_PER_WH,
    doubt,
    hoverW,
  };
}

/** Energy (Wh) that so much way outward and homeward costs at the very least. */
export function leastWh(bound: EnergyBound, outM: number, homeM: number): number {
  return outM * bound.whPerM + homeM * bound.homeWhPerM;
}

/** Energy (Wh) that a charge leaves for flying at the most; below 0: none. */
export function payableWh({ discharge, keptWh, doubt }: EnergyBound, batteryPct: number): number {
  return discharge ? (storedWh(discharge, batteryPct / 100) - keptWh) / doubt : Number.NEGATIVE_INFINITY;
}

/** False: with this charge `judgeReturn` refuses so much way, whatever the route's shape. */
export function mayReturn(bound: EnergyBound, batteryPct: number, outM: number, homeM: number): boolean {
  return leastWh(bound, outM, homeM) <= payableWh(bound, batteryPct);
}

/** At best the wind blows from behind in full; climbing only costs more. */
function leastWhPerM({ airframe, power }: Craft, windMps: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 1; k <= SPEEDS; k++) {
    const airspeedMps = airframe.airspeedMaxMps * (k / SPEEDS) ** 2;
    least = Math.min(least, flightPowerW(power, airspeedMps, 0) / (airspeedMps + windMps));
  }
  const drifting = windMps > 0 ? leastPowerW(power) / windMps : Number.POSITIVE_INFINITY;
  return (GRID_SHARE * Math.min(least, drifting)) / J_PER_WH;
}
