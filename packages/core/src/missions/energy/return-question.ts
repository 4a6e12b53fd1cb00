import { type Refusal, refuse } from '../../errors.ts';
import type { Enu } from '../../geo/wgs84.ts';
import type { EnergyModel } from './energy-model.ts';
import type { AirState, EnergyPolicy } from './leg.ts';
import type { FlightPoint } from './route.ts';

/** Somewhere to land; `at` is the ground. */
export interface Pad {
  readonly id: string;
  readonly at: Enu;
  readonly open: boolean;
}

/** May this drone fly this route, and from its end to a pad? All places in one local frame. */
export interface ReturnQuestion {
  readonly batteryPct: number;
  readonly model: EnergyModel;
  readonly air: AirState;
  readonly from: Enu;
  /** Empty: may it still get home from here? */
  readonly route: readonly FlightPoint[];
  /** Home and the others; the closed ones do not count. */
  readonly pads: readonly Pad[];
  /** The way home is flown at this height or above; absent: at the height of its start. */
  readonly returnUpM?: number;
}

const MAX_ROUTE_POINTS = 10_000;
const MAX_PADS = 10_000;
const MAX_PLACE_M = 1e6;

type Bounds = readonly [least: number, most: number];
type BoundsOf<T> = { readonly [K in keyof T]-?: Bounds };

const AIRFRAME: BoundsOf<EnergyModel['airframe']> = {
  massKg: [0.01, 10_000],
  discAreaM2: [1e-4, 1000],
  dragAreaM2: [0, 100],
  inducedFactor: [1, 2],
  figureOfMerit: [0.1, 1],
  drivetrainEfficiency: [0.01, 10],
  tipSpeedMps: [1, 1000],
  avionicsPowerW: [0, 100_000],
  airspeedMaxMps: [1, 150],
  groundSpeedMaxMps: [0.1, 150],
  climbMps: [0.1, 50],
  descentMps: [0.1, 50],
  accelMps2: [0.05, 50],
  returnGroundSpeedMps: [0.1, 150],
};

const PACK: BoundsOf<EnergyModel['pack']> = {
  cells: [1, 1000],
  capacityAh: [0.01, 10_000],
  cellResistanceOhm: [1e-6, 1],
  temperatureC: [-40, 80],
  cycles: [0, 100_000],
  peukertExponent: [1, 1.5],
  cutoffCellV: [0, 4],
};

const AIR: BoundsOf<AirState> = {
  windEastMps: [-100, 100],
  windNorthMps: [-100, 100],
  windSigmaMps: [0, 100],
  densityKgpm3: [0.2, 2],
};

const POLICY: BoundsOf<EnergyPolicy> = {
  quantileZ: [0, 10],
  floorPct: [0, 100],
  landingS: [0, 3600],
  contingencyS: [0, 36_000],
  groundSpeedMinMps: [0.1, 50],
  airspeedShare: [0.1, 1],
};

const PLACE: BoundsOf<Enu> = {
  eastM: [-MAX_PLACE_M, MAX_PLACE_M],
  northM: [-MAX_PLACE_M, MAX_PLACE_M],
  upM: [-MAX_PLACE_M, MAX_PLACE_M],
};

const SPEED: Bounds = [0.1, 150];
const HOLD: Bounds = [0, 86_400];

/** What cannot be reckoned with is refused by its field: a number that is none, or outside any drone's. */
export function refuseQuestion(question: ReturnQuestion, policy: EnergyPolicy): Refusal | undefined {
  const { model, route, pads } = question;
  if (route.length > MAX_ROUTE_POINTS) return refuseField('route', `more than ${MAX_ROUTE_POINTS} points`);
  if (pads.length > MAX_PADS) return refuseField('pads', `more than ${MAX_PADS}`);
  return (
    refuseNumber('batteryPct', question.batteryPct, [0, 100]) ??
    refuseNumber('returnUpM', question.returnUpM, PLACE.upM) ??
    refuseModel(model) ??
    refuseOutside('air', question.air, AIR) ??
    refuseOutside('policy', policy, POLICY) ??
    refuseOutside('from', question.from, PLACE) ??
    refusePoints(route) ??
    refusePads(pads)
  );
}

function refuseModel({ airframe, pack, relativeSigma }: EnergyModel): Refusal | undefined {
  return (
    refuseOutside('model.airframe', airframe, AIRFRAME) ??
    refuseOutside('model.pack', pack, PACK) ??
    refuseNumber('model.relativeSigma', relativeSigma, [0, 5])
  );
}

function refusePoints(route: readonly FlightPoint[]): Refusal | undefined {
  for (const [k, { at, groundSpeedMps, holdS }] of route.entries()) {
    const refusal =
      refuseOutside(`route.${k}.at`, at, PLACE) ??
      refuseNumber(`route.${k}.groundSpeedMps`, groundSpeedMps, SPEED) ??
      refuseNumber(`route.${k}.holdS`, holdS, HOLD);
    if (refusal) return refusal;
  }
  return undefined;
}

function refusePads(pads: readonly Pad[]): Refusal | undefined {
  for (const [k, { at }] of pads.entries()) {
    const refusal = refuseOutside(`pads.${k}.at`, at, PLACE);
    if (refusal) return refusal;
  }
  return undefined;
}

function refuseOutside<T extends object>(field: string, values: T, bounds: BoundsOf<T>): Refusal | undefined {
  for (const key of Object.keys(bounds) as (keyof T & string)[]) {
    const value = values[key] as number | undefined;
    if (value === undefined && key !== 'returnGroundSpeedMps')
      return refuseField(`${field}.${key}`, 'is missing');
    const refusal = refuseNumber(`${field}.${key}`, value, bounds[key]);
    if (refusal) return refusal;
  }
  return undefined;
}

/** Absent is fine here; NaN is not. */
function refuseNumber(field: string, value: number | undefined, [least, most]: Bounds): Refusal | undefined {
  if (value === undefined || (value >= least && value <= most)) return undefined;
  return refuseField(field, `expected ${least} to ${most}`);
}

const refuseField = (field: string, reason: string): Refusal => refuse('VALIDATION_ERROR', { field, reason });
