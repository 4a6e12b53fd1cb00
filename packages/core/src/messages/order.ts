import Type, { type Static } from 'typebox';
import { checked } from './checked.ts';
import { Id, maybe, safeText } from './text.ts';

/** An order to a vehicle, down the same socket or by long poll, and the vehicle's answers. CONTRACT 2.3. */

export const ORDER_NAMES = [
  ...['goto', 'land', 'emergency_land', 'return_to_base', 'hold', 'resume', 'takeoff', 'arm', 'disarm'],
  ...['upload_mission', 'start_mission', 'pause_mission', 'set_speed'],
] as const;
export type OrderName = (typeof ORDER_NAMES)[number];

/** MAVLink's words (MAV_RESULT). */
export const ORDER_RESULTS = [
  ...['accepted', 'temporarily_rejected', 'denied', 'unsupported', 'failed', 'in_progress', 'cancelled'],
] as const;
export type OrderResult = (typeof ORDER_RESULTS)[number];

export interface OrderMessage {
  readonly type: 'command';
  readonly commandId: string;
  readonly command: OrderName;
  readonly params: Readonly<Record<string, unknown>>;
  readonly expiresAt: string;
  /** What remains to live when it was sent: a vehicle's own clock is not trusted. */
  readonly ttlMs: number;
  /** Which drone is meant, where one connection carries several. */
  readonly droneId?: string;
}

export const CommandAckMessage = Type.Object(
  {
    type: Type.Optional(Type.Literal('command_ack')),
    commandId: Id(),
    result: Type.Enum([...ORDER_RESULTS]),
    droneId: maybe(Id()),
    message: maybe(safeText(1000)),
  },
  { $id: 'CommandAckMessage' },
);
export type CommandAckMessage = Static<typeof CommandAckMessage>;

export const CommandProgressMessage = Type.Object(
  {
    type: Type.Literal('command_progress'),
    commandId: Id(),
    droneId: maybe(Id()),
    progressPct: maybe(Type.Number({ minimum: 0, maximum: 100 })),
    message: maybe(safeText(1000)),
  },
  { $id: 'CommandProgressMessage' },
);
export type CommandProgressMessage = Static<typeof CommandProgressMessage>;

export const commandAck = checked(CommandAckMessage, 'Invalid command acknowledgement');
export const commandProgress = checked(CommandProgressMessage, 'Invalid command progress');
