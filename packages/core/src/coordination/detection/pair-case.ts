import type { ForecastSource } from './forecasts.ts';

/** A forecast of one row against a forecast of another: what they must keep, and how far ahead is looked. */
export interface PairCase {
  one: number;
  /** `STRAIGHT` or `PATH`. */
  oneHas: number;
  other: number;
  otherHas: number;
  /** The minima of the pair, with what is not known of where they are. */
  horizontalM: number;
  verticalM: number;
  horizonS: number;
}

/** What is known against a pair. Times in seconds from the moment of the forecast. */
export interface ConflictEvidence {
  readonly inS: number;
  /** Regained, or the end of what was looked at. */
  readonly outS: number;
  readonly worstS: number;
  /** Distances at the worst moment. */
  readonly horizontalM: number;
  readonly verticalM: number;
  /** What they must be. */
  readonly needHorizontalM: number;
  readonly needVerticalM: number;
  /** The larger of both distances, each over what it must be, at the worst moment; a collision is 0. */
  readonly severity: number;
  /** What the one and the other are believed to do. */
  readonly by: readonly [ForecastSource, ForecastSource];
}

/** What a check of a case finds; who is believed to do what is added by whoever asks. */
export type CaseEvidence = Omit<ConflictEvidence, 'by'>;
