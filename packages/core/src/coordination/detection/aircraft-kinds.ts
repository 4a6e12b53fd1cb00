/** What flies, and how far each kind keeps from each other. */
import type { SeparationMinima } from '../../geo/cylinder-conflict.ts';

/** Of a row of a sky. Absent: on the ground, or nobody. */
export const AIRCRAFT_KINDS = { absent: 0, fleet: 1, tight: 2, stranger: 3, manned: 4 } as const;

/** `tight` is a fleet drone on RTK, `stranger` a drone that is not of the fleet (Remote ID), `manned` an aircraft (ADS-B). */
export type AircraftKind = (typeof AIRCRAFT_KINDS)[keyof typeof AIRCRAFT_KINDS];

/** Of whoever does not say, or is not believed (PX4's detect and avoid). */
export const UNKNOWN_CLIMB_MPS = 10;

export interface PairRule extends SeparationMinima {
  /** Of well clear; 0: the cylinder is all. */
  readonly tauS: number;
  /** A loss so near calls for a resolution; other levels are in proportion. */
  readonly resolveS: number;
}

/** Two drones of the fleet on GNSS; the same as for plans. */
const FLEET: PairRule = { horizontalM: 50, verticalM: 15, tauS: 0, resolveS: 20 };
/** Two on RTK, of 0.3 m. */
const TIGHT: PairRule = { horizontalM: 20, verticalM: 8, tauS: 0, resolveS: 10 };
/** ArduPilot's AP_Avoidance: 100 m, 30 s. */
const STRANGER: PairRule = { horizontalM: 100, verticalM: 30, tauS: 0, resolveS: 30 };
/** ASTM F3442: 2000 ft, 250 ft. Tau 35 s is that of DO-365 en route. */
const MANNED: PairRule = { horizontalM: 609.6, verticalM: 76.2, tauS: 35, resolveS: 20 };

const { fleet, tight, stranger, manned } = AIRCRAFT_KINDS;
const KINDS = 8;
const rules: (PairRule | undefined)[] = new Array(KINDS * KINDS).fill(undefined);
for (const own of [fleet, tight]) {
  for (const [other, rule] of [
    [fleet, FLEET],
    [tight, own === tight ? TIGHT : FLEET],
    [stranger, STRANGER],
    [manned, MANNED],
  ] as const) {
    rules[own * KINDS + other] = rule;
    rules[other * KINDS + own] = rule;
  }
}

/** Undefined for a pair that is nobody's business here: two strangers, or one that is absent. */
export function ruleBetween(one: number, other: number): PairRule | undefined {
  return rules[one * KINDS + other];
}

/** How far ahead is looked, against two of the fleet. */
export const aheadRatio = ({ resolveS }: PairRule): number => resolveS / FLEET.resolveS;

export const isExternal = (kind: number): boolean => kind === stranger || kind === manned;
