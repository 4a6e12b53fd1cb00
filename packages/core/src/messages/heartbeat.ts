import Type, { type Static } from 'typebox';
import { checked } from './checked.ts';
import { Id, maybe, safeText } from './text.ts';

/** "I am alive": `heartbeat` is answered `heartbeat_ack`, `ping` is answered `pong`. */
export const HeartbeatMessage = Type.Object(
  {
    type: Type.Optional(Type.Union([Type.Literal('heartbeat'), Type.Literal('ping')])),
    timestamp: maybe(safeText(40)),
    drone: maybe(Type.Object({ id: Id() })),
    droneId: maybe(Id()),
  },
  { $id: 'HeartbeatMessage' },
);
export type HeartbeatMessage = Static<typeof HeartbeatMessage>;

export const heartbeat = checked(HeartbeatMessage, 'Invalid heartbeat');

export interface HeartbeatReply {
  readonly type: 'heartbeat_ack' | 'pong';
  readonly timestamp: string;
}

export function heartbeatReply(type: 'heartbeat' | 'ping', timestamp: string): HeartbeatReply {
  return { type: type === 'ping' ? 'pong' : 'heartbeat_ack', timestamp };
}
