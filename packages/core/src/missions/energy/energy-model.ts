import { type Airframe, unknownAirframe } from './airframe.ts';
import { type Pack, unknownPack } from './battery.ts';

/** What is known of one drone's energy: how it flies, what it carries, and how far the model's mean may be off. */
export interface EnergyModel {
  readonly airframe: Airframe;
  readonly pack: Pack;
  /** One standard deviation of a flight's energy over its mean, wind apart. */
  readonly relativeSigma: number;
}

/** Even a calibrated model misses a flight's energy by so much: the goal published methods meet on the M100 flights. */
export const CALIBRATED_SIGMA = 0.08;
/** A drone of which nothing is known. */
const UNKNOWN_SIGMA = 0.25;

export const unknownModel: EnergyModel = {
  airframe: unknownAirframe,
  pack: unknownPack,
  relativeSigma: UNKNOWN_SIGMA,
};

/** The same drone with something hanging from it. */
export function withPayload(model: EnergyModel, payloadKg: number): EnergyModel {
  return { ...model, airframe: { ...model.airframe, massKg: model.airframe.massKg + payloadKg } };
}
