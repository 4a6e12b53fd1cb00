import type { HeightDatum } from '../geo/fence-height.ts';
import type { FenceSet } from '../geo/fence-set.ts';
import type { LocalFrame } from '../geo/wgs84.ts';
import type { Severity } from '../messages/anomaly.ts';
import type { Reading, Sample } from '../messages/sample.ts';

/** What a rule found: the condition holds for this sample. */
export interface Finding {
  readonly type: string;
  readonly severity: Severity;
  readonly description: string;
  readonly value: number;
  readonly threshold: number | { readonly min: number; readonly max: number };
  readonly action?: string;
}

/** Guide A's thresholds, and how far a value must come back before the condition counts as over. */
export interface Thresholds {
  readonly batteryCriticalPct: number;
  readonly batteryLowPct: number;
  readonly signalCriticalPct: number;
  readonly signalLowPct: number;
  readonly temperatureMinC: number;
  readonly temperatureMaxC: number;
  readonly hysteresisPct: number;
  readonly hysteresisC: number;
  readonly clockSkewMs: number;
  readonly positionMismatchM: number;
  readonly altitudeMaxAglM: number;
  /** Of heights, and of distances from a fence. */
  readonly hysteresisM: number;
}

export const defaultThresholds: Thresholds = {
  batteryCriticalPct: 20,
  batteryLowPct: 40,
  signalCriticalPct: 30,
  signalLowPct: 60,
  temperatureMinC: -10,
  temperatureMaxC: 60,
  hysteresisPct: 2,
  hysteresisC: 1,
  clockSkewMs: 5000,
  positionMismatchM: 50,
  altitudeMaxAglM: 120,
  hysteresisM: 2,
};

/** What a tenant's drones keep to, and what heights are measured from. */
export interface Airspace extends HeightDatum {
  readonly fences: FenceSet;
}

export interface RuleContext {
  readonly thresholds: Thresholds;
  /** The condition held at the sample before: only leaving it by the hysteresis ends it. */
  readonly active: boolean;
  readonly previous: Reading | undefined;
  /** Median of received − event time over the drone's last samples. */
  readonly clockSkewMs: number;
  /** The site's frame, where SITE_ORIGIN is set: only then can local and GPS position be compared. */
  readonly frame: LocalFrame | undefined;
  /** Absent: there are no fences and no terrain, and nothing is looked up. */
  readonly airspace?: Airspace | undefined;
}

/** Pure: does the condition hold for this sample? One file per rule, one line in the list. */
export interface Rule {
  readonly type: string;
  /** While that rule (earlier in the list) holds, this one is not asked and keeps its state. */
  readonly supersededBy?: string;
  readonly holds: (sample: Sample, context: RuleContext) => Finding | undefined;
}

/** `value` at or below `limit`; once active, until it has risen `hysteresis` above. NaN never holds. */
export function atOrBelow(value: number, limit: number, hysteresis: number, active: boolean): boolean {
  return value <= (active ? limit + hysteresis : limit);
}
