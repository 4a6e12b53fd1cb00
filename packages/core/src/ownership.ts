import { refuse } from './errors.ts';
import type { Origin } from './messages/sample.ts';

/** A credential bound to one drone writes only that drone. CONTRACT 5. */
export const mayWrite = ({ boundDroneId }: Origin, droneId: string): boolean =>
  boundDroneId === undefined || boundDroneId === droneId;

export const NOT_YOURS = refuse(
  'AUTHORIZATION_ERROR',
  { field: 'drone.id', reason: 'other_drone' },
  { message: 'This credential may write only its own drone' },
);
