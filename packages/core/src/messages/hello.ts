import Type, { type Static } from 'typebox';
import { checked } from './checked.ts';
import { maybe } from './text.ts';

/**
 * How a connection wants to be answered: nothing (guide A's clients), each message, or cumulatively. CONTRACT 2.3.
 * `batch` counts by the client's `seq` where it has one; `count` always by the number of messages on the connection, so
 * that one connection can carry many drones.
 */
export const ACK_MODES = ['none', 'each', 'batch', 'count'] as const;
export type AckMode = (typeof ACK_MODES)[number];

/** `disk`: flushed in this node's journal. `stored`: committed in the database too. */
export const DURABILITIES = ['disk', 'stored'] as const;
export type Durability = (typeof DURABILITIES)[number];

export const HelloMessage = Type.Object(
  {
    type: Type.Literal('hello'),
    ack: maybe(Type.Enum([...ACK_MODES])),
    durability: maybe(Type.Enum([...DURABILITIES])),
    droneId: maybe(Type.String({ maxLength: 128 })),
  },
  { $id: 'HelloMessage' },
);
export type HelloMessage = Static<typeof HelloMessage>;

export const AuthMessage = Type.Object(
  { type: Type.Literal('auth'), token: Type.String({ minLength: 1, maxLength: 4096 }) },
  { $id: 'AuthMessage', description: 'First frame of a client that can set no header, within 10 s.' },
);
export type AuthMessage = Static<typeof AuthMessage>;

export const hello = checked(HelloMessage, 'Invalid hello');
export const auth = checked(AuthMessage, 'Invalid auth message');
