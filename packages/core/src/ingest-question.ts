import type { DroneState } from './fleet/drone-state.ts';
import type { LocalFrame } from './geo/wgs84.ts';
import type { Reading } from './messages/sample.ts';
import type { Airspace, RuleContext, Thresholds } from './rules/rule.ts';

type AirspaceOf = (tenant: string) => Airspace | undefined;

interface Questioning extends Pick<RuleContext, 'thresholds' | 'frame'> {
  readonly airspace?: AirspaceOf;
}

/** What rules are asked with, used again for every sample: what has to be made for it is made when a rule looks at it. */
export class Question implements RuleContext {
  readonly thresholds: Thresholds;
  readonly frame: LocalFrame | undefined;
  active = false;
  readonly #airspace: AirspaceOf | undefined;
  #drone: DroneState | undefined;

  constructor({ thresholds, frame, airspace }: Questioning) {
    this.thresholds = thresholds;
    this.frame = frame;
    this.#airspace = airspace;
  }

  /** To be asked before the sample becomes the drone's latest. */
  about(drone: DroneState): this {
    this.#drone = drone;
    return this;
  }

  get previous(): Reading | undefined {
    return this.#drone?.latest;
  }

  get clockSkewMs(): number {
    return this.#drone?.skew?.medianMs ?? 0;
  }

  get airspace(): Airspace | undefined {
    return this.#drone && this.#airspace?.(this.#drone.tenant);
  }
}
