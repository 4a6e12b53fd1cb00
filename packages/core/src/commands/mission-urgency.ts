import { rankOf } from './fleet-rows.ts';
import type { CarriedMission } from './mission-record.ts';

/** By priority; then whoever is sooner in its drone's sequence, then the older. */
export const byUrgency = (a: CarriedMission, b: CarriedMission): number =>
  rankOf(b) - rankOf(a) ||
  (a.carriage.seat?.place ?? 0) - (b.carriage.seat?.place ?? 0) ||
  a.createdAtMs - b.createdAtMs ||
  (a.id < b.id ? -1 : 1);
