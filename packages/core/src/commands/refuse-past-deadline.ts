import { type Refusal, refuse } from '../errors.ts';
import type { MissionPlan } from '../missions/mission.ts';

/** No drone can be in time for what was to be done before now. */
export function refusePastDeadline({ deadlineMs }: MissionPlan, nowMs: number): Refusal | undefined {
  if (deadlineMs === undefined || deadlineMs > nowMs) return undefined;
  const now = new Date(nowMs).toISOString();
  return refuse(
    'VALIDATION_ERROR',
    { field: 'mission.deadline', expectedType: `later than now, ${now}`, reason: 'past' },
    { message: 'The deadline of the mission has passed already' },
  );
}
