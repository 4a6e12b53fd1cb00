import type { Sky } from './sky.ts';

export interface ForecastLimits {
  /** How long straight flight is believed; so long for two of the fleet, other pairs in proportion. */
  readonly lookAheadS: number;
  /** How long plans are believed. */
  readonly intentLookAheadS: number;
  /** Not heard for longer: it can be anywhere that it can have got to. */
  readonly silentAfterS: number;
  /** Not heard for longer: its contingency stands for it. */
  readonly lostAfterS: number;
  /** No multirotor is still in the air. */
  readonly forgottenAfterS: number;
  /** Of traffic that is not the fleet's. */
  readonly strangerForgottenAfterS: number;
  /** What a silent drone can have flown, or its last speed where that is higher. */
  readonly topSpeedMps: number;
  readonly topClimbMps: number;
  /** A drone keeps to its plan within these, is in doubt within twice as much. The default is what plans keep besides. */
  readonly offPlanM: number;
  readonly offPlanUpM: number;
  readonly offPlanMps: number;
}

export const defaultForecastLimits: ForecastLimits = {
  lookAheadS: 20,
  intentLookAheadS: 60,
  silentAfterS: 3,
  lostAfterS: 10,
  forgottenAfterS: 1800,
  strangerForgottenAfterS: 30,
  topSpeedMps: 15,
  topClimbMps: 3,
  offPlanM: 20,
  offPlanUpM: 5,
  offPlanMps: 5,
};

/** Beyond any site, and any speed. */
const FARTHEST_M = 1e8;
const FASTEST_MPS = 1000;

/** Numbers that can be reckoned with. NaN for a climb is a stranger's right. */
export function isUsable(sky: Sky, row: number, isStrange: boolean): boolean {
  const farM = Math.max(
    Math.abs(sky.eastM[row] as number),
    Math.abs(sky.northM[row] as number),
    Math.abs(sky.upM[row] as number),
  );
  const fastMps = Math.max(Math.abs(sky.eastMps[row] as number), Math.abs(sky.northMps[row] as number));
  const climbMps = sky.upMps[row] as number;
  const isClimbKnown = Math.abs(climbMps) <= FASTEST_MPS || (isStrange && Number.isNaN(climbMps));
  return farM <= FARTHEST_M && fastMps <= FASTEST_MPS && isClimbKnown && (sky.ageS[row] as number) >= 0;
}
