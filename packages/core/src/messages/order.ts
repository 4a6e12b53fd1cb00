import Type, { type Static } from 'typebox';
import { checked } from './checked.ts';
import { Id, maybe, safeText } from './text.ts';

/** An order to a vehicle, down the same socket or by long poll, and the vehicle's answers. CONTRACT 2.3. */

export const ORDER_NAMES = [
  ...[
    'goto',
    'avoid',
    'land',
    'emergency_land',
    'return_to_base',
    'hold',
    'resume',
    'takeoff',
    'arm',
    'disarm',
  ],
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
  /** Of `avoid`: `points` to fly to one after the other (none: stop), and `lapse_s`, after which the vehicle holds by itself. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly expiresAt: string;
  /** What remains to live when it was sent: a vehicle's own clock is not trusted. */
  readonly ttlMs: number;
  /** Of the one who owns the vehicle: a lower one than was seen is of an owner who has lost it, and refused. */
  readonly epoch?: number;
  /**
   * Of a `resume`: the severity up to which its sender may release what is in force (2 a hold, the default; 3 a return or
   * landing; 4 an emergency landing). Beside `params`, which an operator writes.
   */
  readonly clears?: number;
  /** Which drone is meant, where one connection carries several. */
  readonly droneId?: string;
}

export const CommandAckMessage = Type.Object(
  {
    type: Type.Optional(Type.Literal('command_ack')),
    commandId: Id(),
    result: Type.Enum([...ORDER_RESULTS]),
    droneId: maybe(Id()),
    /** Over HTTP progress comes as an answer that is not final. */
    progressPct: maybe(Type.Number({ minimum: 0, maximum: 100 })),
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
    /** 100: done. */
    progressPct: maybe(Type.Number({ minimum: 0, maximum: 100 })),
    /** What ended it before it was done: failed, or cancelled by another order. */
    result: maybe(Type.Enum([...ORDER_RESULTS])),
    message: maybe(safeText(1000)),
  },
  { $id: 'CommandProgressMessage' },
);
export type CommandProgressMessage = Static<typeof CommandProgressMessage>;

export const commandAck = checked(CommandAckMessage, 'Invalid command acknowledgement');
export const commandProgress = checked(CommandProgressMessage, 'Invalid command progress');
