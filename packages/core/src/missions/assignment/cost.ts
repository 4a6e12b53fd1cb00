/** What sending a drone on a mission is weighed by. */
export interface CostWeights {
  /** Of a second until the mission begins. */
  readonly eta: number;
  /** Of the energy of a second's hovering. */
  readonly energy: number;
  /** Of a second too late, at priority 0; a tenth more for each step of priority. */
  readonly lateness: number;
  /** Seconds for an empty battery at the end; none from `batteryLowPct` on, in between evenly. */
  readonly batteryLowS: number;
  readonly batteryLowPct: number;
  /** Seconds for each percent of flight hours above the fleet's mean. */
  readonly wearSPerPct: number;
  /** Of a second that the drone's pad or its next mission loses. */
  readonly displacement: number;
  /** Of a second that keeping clear of others costs. */
  readonly conflict: number;
  /** Seconds for leaving a mission. */
  readonly switchS: number;
}

export const defaultCostWeights: CostWeights = {
  ...{ eta: 1, energy: 0.3, lateness: 1, batteryLowS: 120, batteryLowPct: 35 },
  ...{ wearSPerPct: 2, displacement: 1, conflict: 1, switchS: 20 },
};

/** What is known of one drone on one mission. */
export interface CostFacts {
  readonly etaS: number;
  readonly energyWh: number;
  /** The drone's power when it hovers. */
  readonly hoverW: number;
  readonly latenessS: number;
  /** 0 … 10 */
  readonly priority: number;
  /** State of charge at the end. */
  readonly socEndPct: number;
  /** Flight hours above the fleet's mean. */
  readonly wearPct: number;
  readonly displacementS: number;
  readonly conflictS: number;
  readonly leavesMission: boolean;
}

/** The cost, term by term, each in seconds and weighed; the sum is what drones are compared by. */
export interface CostTerms {
  readonly etaS: number;
  readonly energyS: number;
  readonly latenessS: number;
  readonly batteryLowS: number;
  readonly wearS: number;
  readonly displacementS: number;
  readonly conflictS: number;
  readonly switchS: number;
}

const S_PER_H = 3600;

export function toCostTerms(facts: CostFacts, weights: CostWeights = defaultCostWeights): CostTerms {
  const missingPct = Math.max(0, weights.batteryLowPct - facts.socEndPct);
  return {
    etaS: weights.eta * facts.etaS,
    energyS: (weights.energy * facts.energyWh * S_PER_H) / facts.hoverW,
    latenessS: weights.lateness * (1 + facts.priority / 10) * Math.max(0, facts.latenessS),
    batteryLowS: weights.batteryLowPct > 0 ? (weights.batteryLowS * missingPct) / weights.batteryLowPct : 0,
    wearS: weights.wearSPerPct * Math.max(0, facts.wearPct),
    displacementS: weights.displacement * facts.displacementS,
    conflictS: weights.conflict * facts.conflictS,
    switchS: facts.leavesMission ? weights.switchS : 0,
  };
}

/** Always in the same order, so that the same terms give the same sum to the last bit. */
export function totalCostS(terms: CostTerms): number {
  const inUseS = terms.etaS + terms.energyS + terms.latenessS + terms.batteryLowS;
  return inUseS + terms.wearS + terms.displacementS + terms.conflictS + terms.switchS;
}
