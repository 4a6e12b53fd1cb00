import type { Enu } from '../../geo/wgs84.ts';
import type { Airframe } from './airframe.ts';
import { flightPowerW, type PowerModel, toPowerModel } from './power.ts';

/** The air a flight goes through, as far as it is known. */
export interface AirState {
  /** Where the air moves to. */
  readonly windEastMps: number;
  readonly windNorthMps: number;
  /** One standard deviation of the wind's error, in any direction. */
  readonly windSigmaMps: number;
  readonly densityKgpm3: number;
}

/** No wind is known, so that much of any must be reckoned with: 3 m/s, sea level. */
export const unknownAir: AirState = {
  windEastMps: 0,
  windNorthMps: 0,
  windSigmaMps: 3,
  densityKgpm3: 1.225,
};

/** What is kept back, and how sure one wants to be. */
export interface EnergyPolicy {
  /** Quantile of the normal distribution: 3.09 fails once in a thousand. */
  readonly quantileZ: number;
  /** Of the capacity; untouched on the ground at home. */
  readonly floorPct: number;
  readonly landingS: number;
  /** Hovering that nobody planned. */
  readonly contingencyS: number;
  /** Wind that lets nobody fly faster over ground than this is too strong. */
  readonly groundSpeedMinMps: number;
  /** Of the airspeed limit, for plans; the rest is for gusts. */
  readonly airspeedShare: number;
}

export const defaultEnergyPolicy: EnergyPolicy = {
  quantileZ: 3.09,
  floorPct: 10,
  landingS: 30,
  contingencyS: 60,
  groundSpeedMinMps: 2,
  airspeedShare: 0.9,
};

/** An airframe in today's air: what a leg is reckoned with. */
export interface Craft {
  readonly airframe: Airframe;
  readonly power: PowerModel;
  readonly air: AirState;
  readonly policy: EnergyPolicy;
  /** How far the wind may be off at the policy's quantile. */
  readonly windDoubtMps: number;
  /** Hovering in this wind or in none, whichever costs more. */
  readonly hoverW: number;
}

export function toCraft(airframe: Airframe, air: AirState, policy: EnergyPolicy): Craft {
  const power = toPowerModel(airframe, air.densityKgpm3);
  const windMps = Math.hypot(air.windEastMps, air.windNorthMps);
  const windDoubtMps = policy.quantileZ * air.windSigmaMps;
  const hoverW = Math.max(power.hoverW, flightPowerW(power, windMps, 0));
  return { airframe, power, air, policy, windDoubtMps, hoverW };
}

export interface Leg {
  readonly from: Enu;
  readonly to: Enu;
  /** Over ground; absent: the cheapest. */
  readonly groundSpeedMps?: number;
  /** On the way home wind from behind is never counted on. */
  readonly homeward: boolean;
}

/** A leg flown: in the wind as it is believed, and in the worst that the policy's quantile leaves. */
export interface LegFlight {
  readonly timeS: number;
  readonly meanWh: number;
  readonly adverseWh: number;
  readonly peakW: number;
  /** Level, over ground. */
  readonly groundSpeedMps: number;
}

/** Why a leg cannot be flown: the wind along it and across it, m/s. */
export interface WindBarrier {
  readonly tailMps: number;
  readonly crossMps: number;
  readonly airspeedMaxMps: number;
}

export const isBarrier = (flight: LegFlight | WindBarrier): flight is WindBarrier => 'tailMps' in flight;

/** A leg in its own frame: how far, how high, and the wind along and across it. */
interface Course {
  readonly levelM: number;
  readonly climbM: number;
  /** At the vertical limits. */
  readonly climbS: number;
  readonly tailMps: number;
  readonly crossMps: number;
  readonly homeward: boolean;
}

const J_PER_WH = 3600;
const LEVEL_M = 1e-6;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SEARCH_ROUNDS = 14;

/**
 * Energy of a straight leg. The speed over ground is the given one, or that of least energy a metre; wind that does not
 * allow it slows the craft, and one that leaves it less than the policy's least speed is a barrier. Being wrong by δ
 * about the wind, in whatever direction, is an airspeed wrong by at most δ at the same speed over ground, and a speed
 * over ground of at least w∥ + √((V_max − δ)² − w⊥²).
 */
export function flyLeg(craft: Craft, leg: Leg): LegFlight | WindBarrier {
  const course = toCourse(craft, leg);
  if (course.levelM < LEVEL_M) return climbOnly(craft, course);
  const { airframe, policy, windDoubtMps } = craft;
  const mostMps = Math.min(
    fastest(course, policy.airspeedShare * airframe.airspeedMaxMps),
    airframe.groundSpeedMaxMps,
  );
  const wantedMps = leg.groundSpeedMps ?? Number.POSITIVE_INFINITY;
  const leastMps = Math.min(wantedMps, policy.groundSpeedMinMps);
  const adverseMps = fastest(course, airframe.airspeedMaxMps - windDoubtMps);
  if (!(mostMps >= leastMps && adverseMps >= leastMps))
    return {
      tailMps: course.tailMps,
      crossMps: course.crossMps,
      airspeedMaxMps: airframe.airspeedMaxMps - windDoubtMps,
    };
  const groundSpeedMps = Math.min(mostMps, leg.groundSpeedMps ?? cheapest(craft, course, leastMps, mostMps));
  const mean = fly(craft, course, groundSpeedMps, 0);
  const adverse = fly(craft, course, Math.min(groundSpeedMps, adverseMps), windDoubtMps);
  return {
    timeS: mean.timeS,
    meanWh: mean.energyWh,
    adverseWh: Math.max(mean.energyWh, adverse.energyWh),
    peakW: Math.max(mean.powerW, adverse.powerW),
    groundSpeedMps: course.levelM / mean.timeS,
  };
}

function toCourse({ airframe, air }: Craft, { from, to, homeward }: Leg): Course {
  const eastM = to.eastM - from.eastM;
  const northM = to.northM - from.northM;
  const climbM = to.upM - from.upM;
  const levelM = Math.hypot(eastM, northM);
  const scale = levelM < LEVEL_M ? 0 : 1 / levelM;
  const tailMps = (air.windEastMps * eastM + air.windNorthMps * northM) * scale;
  const crossMps =
    levelM < LEVEL_M
      ? Math.hypot(air.windEastMps, air.windNorthMps)
      : (air.windNorthMps * eastM - air.windEastMps * northM) * scale;
  const climbS = climbM > 0 ? climbM / airframe.climbMps : -climbM / airframe.descentMps;
  return { levelM, climbM, climbS, tailMps, crossMps, homeward };
}

/** Straight up or down, holding its place against the wind. */
function climbOnly(craft: Craft, course: Course): LegFlight | WindBarrier {
  const { airframe, windDoubtMps } = craft;
  const airspeedMaxMps = airframe.airspeedMaxMps - windDoubtMps;
  if (course.crossMps > airspeedMaxMps) return { tailMps: 0, crossMps: course.crossMps, airspeedMaxMps };
  const mean = fly(craft, course, 0, 0);
  const adverse = fly(craft, course, 0, windDoubtMps);
  return {
    timeS: mean.timeS,
    meanWh: mean.energyWh,
    adverseWh: Math.max(mean.energyWh, adverse.energyWh),
    peakW: Math.max(mean.powerW, adverse.powerW),
    groundSpeedMps: 0,
  };
}

/** The wind triangle: speed over ground at an airspeed; NaN when the air goes across faster than one flies. */
function fastest({ tailMps, crossMps, homeward }: Course, airspeedMps: number): number {
  const along = homeward ? Math.min(0, tailMps) : tailMps;
  if (!(airspeedMps > 0)) return Number.NaN;
  return along + Math.sqrt(airspeedMps * airspeedMps - crossMps * crossMps);
}

interface Flown {
  readonly timeS: number;
  readonly energyWh: number;
  readonly powerW: number;
}

/**
 * At a speed over ground, the wind off by `doubtMps`. Power is least at some airspeed and rises to both sides of it, so
 * the worst over a range of airspeeds stands at one of its ends. Homeward the range includes still air along the course:
 * neither speed nor the lift of a wind is taken as a gift.
 */
function fly(craft: Craft, course: Course, groundSpeedMps: number, doubtMps: number): Flown {
  const levelS = groundSpeedMps > 0 ? course.levelM / groundSpeedMps : 0;
  const timeS = Math.max(levelS, course.climbS);
  const speedMps = timeS > 0 ? course.levelM / timeS : 0;
  // What sinking saves is little, and momentum theory is wrong where it is fast: it is not counted on.
  const climbMps = timeS > 0 ? Math.max(0, course.climbM) / timeS : 0;
  const real = Math.hypot(speedMps - course.tailMps, course.crossMps);
  const still = course.homeward ? Math.hypot(speedMps, course.levelM < LEVEL_M ? 0 : course.crossMps) : real;
  const most = Math.max(real, still) + doubtMps;
  const least = Math.max(0, Math.min(real, still) - doubtMps);
  const powerMost = flightPowerW(craft.power, Math.min(most, craft.airframe.airspeedMaxMps), climbMps);
  const powerW = least < most ? Math.max(powerMost, flightPowerW(craft.power, least, climbMps)) : powerMost;
  return { timeS, energyWh: (powerW * timeS) / J_PER_WH, powerW };
}

/** Golden section for the speed over ground of least energy. */
function cheapest(craft: Craft, course: Course, leastMps: number, mostMps: number): number {
  const cost = (speedMps: number): number => fly(craft, course, speedMps, 0).energyWh;
  let [low, high] = [leastMps, mostMps];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [costA, costB] = [cost(a), cost(b)];
  for (let round = 0; round < SEARCH_ROUNDS; round++) {
    if (costA <= costB) {
      [high, b, costB] = [b, a, costA];
      a = high - GOLDEN * (high - low);
      costA = cost(a);
    } else {
      [low, a, costA] = [a, b, costB];
      b = low + GOLDEN * (high - low);
      costB = cost(b);
    }
  }
  const best = costA <= costB ? a : b;
  return cost(mostMps) < Math.min(costA, costB) ? mostMps : best;
}
