import type { OperatorSocket } from './operator-socket.ts';
import type { KeptPush } from './push-log.ts';

/** Who is told what: what concerns one drone or one person is not for everybody. */

/** What somebody asked of a drone is told to them, and to whoever follows it: by id, with all others, or on the map. */
export function isFor({ actor, droneId, droneIds }: KeptPush, socket: OperatorSocket): boolean {
  const { droneId: bound, subject } = socket.principal;
  if (!concerns({ droneId, droneIds }, bound)) return false;
  if (actor === undefined || actor === subject || droneId === undefined) return true;
  return socket.droneIds.has(droneId) || socket.wish?.drones === 'all' || socket.windowWish !== undefined;
}

/** Who is bound to one drone is told of that one, and of what is about none. */
export function concerns(
  { droneId, droneIds }: Pick<KeptPush, 'droneId' | 'droneIds'>,
  bound: string | undefined,
): boolean {
  if (bound === undefined) return true;
  return droneIds ? droneIds.includes(bound) : droneId === undefined || droneId === bound;
}

const OF_REQUESTS = /^"type":"(?:command_update|waypoint_modified|mission_|emergency_landing)/;

/** What comes of a request: it follows its reply. */
export const isOfRequest = ({ tail }: KeptPush): boolean => OF_REQUESTS.test(tail);
