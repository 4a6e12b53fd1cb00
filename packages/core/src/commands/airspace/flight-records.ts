import { KNOT_SIZE, type Trajectory } from '../../geo/trajectory.ts';
import type { StateRecord } from '../../messages/state-record.ts';
import type { RecordChange } from '../../records.ts';

/** A commitment to a flight as it is kept over a restart. */

/** Under which a drone's flight is committed. */
export const flightIdOf = (tenant: string, droneId: string): string => `${tenant}:${droneId}`;

export function toFlightRecord(tenant: string, droneId: string, trajectory: Trajectory): RecordChange {
  const { startS, afterwards } = trajectory;
  const knots = Array.from(trajectory.knots, (value, at) =>
    at % KNOT_SIZE === 0 ? value : Math.round(value * 1000) / 1000,
  );
  return {
    kind: 'flight',
    tenant,
    id: droneId,
    droneId,
    state: 'committed',
    data: { startS, afterwards, knots },
  };
}

export function toFlightTrajectory({ tenant, id, data }: StateRecord): Trajectory {
  const { startS, afterwards, knots } = data as {
    startS: number;
    afterwards: 'gone' | 'hovering';
    knots: number[];
  };
  return { id: flightIdOf(tenant, id), startS, afterwards, knots: Float64Array.from(knots) };
}
