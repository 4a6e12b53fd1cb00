import type { DroneSequence, SequenceStep } from '../missions/assignment/explain-sequences.ts';
import { round } from './give-mission.ts';

/** The order of a drone's missions with times, expected charge, and where it charges, how long and to what. */
export function toSequenceView({ drone, steps }: DroneSequence, nowMs: number) {
  let place = 0;
  const view = (step: SequenceStep) => {
    if (step.mission !== undefined) place += 1;
    return {
      ...{ kind: step.kind, ...toTimes(step, nowMs) },
      ...(step.mission === undefined ? { where: 'home' } : { mission_id: step.mission, place }),
    };
  };
  return { drone_id: drone, steps: steps.map(view) };
}

const toTimes = ({ startInS, endInS, fromPct, toPct }: SequenceStep, nowMs: number) => ({
  ...{ starts_at: at(startInS, nowMs), ends_at: at(endInS, nowMs), starts_in_s: round(startInS) },
  ...{ ends_in_s: round(endInS), from_pct: round(fromPct), to_pct: round(toPct) },
});

const at = (inS: number, nowMs: number): string => new Date(nowMs + inS * 1000).toISOString();
