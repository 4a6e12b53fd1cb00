import Type, { type Static } from 'typebox';
import { type Refusal, refuse } from '../errors.ts';
import type { DroneState } from '../fleet/drone-state.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type Checked, checked } from '../messages/checked.ts';
import { requiredText } from '../messages/text.ts';
import { refuseUnsafe } from '../messages/unknown-fields.ts';
import type { Bus } from '../ports.ts';
import type { CommandCredential } from './ledger/command-record.ts';
import type { Operations } from './operations.ts';
import type { OperatorConnection } from './operator-connection.ts';
import { toSnakeFields } from './snake-fields.ts';

/**
 * What operators may ask. One declaration is the command: the operators' socket, its REST twin, the documents and the typed
 * client all follow from it.
 */

/** The words of a credential that a command may need. */
export type CommandPermission =
  | 'telemetry:read'
  | 'mission:write'
  | 'emergency:write'
  | 'coordination:override'
  | 'admin';

/** The parts of the server that commands work on, put together in one place; a command that needs another adds it here. */
export interface CommandParts {
  readonly fleet: Fleet;
  readonly bus: Bus;
  readonly alerts: AlertBook;
  readonly operations: Operations;
  /** What does not work as it should now, by name. */
  readonly degraded: () => readonly string[];
}

/** Alerts as somebody can acknowledge them. */
export interface AlertBook {
  /** False: this tenant has no such alert. Rejects when the store does not answer. */
  acknowledge(alert: AlertAcknowledgement): Promise<boolean>;
}

export interface AlertAcknowledgement {
  readonly tenant: string;
  readonly alertId: string;
  readonly by: string;
  readonly note: string | undefined;
  /** A credential that is bound to one drone acknowledges that drone's alerts only. */
  readonly boundDroneId: string | undefined;
}

/** Who asks, when, and with what at hand. */
export interface CommandContext {
  readonly tenant: string;
  /** The credential's subject. */
  readonly actor: string;
  /** The one drone the credential is bound to. */
  readonly boundDroneId: string | undefined;
  /** By what they may: asked again when what they ordered leaves later. */
  readonly credential: CommandCredential;
  /** Epoch ms of the receipt. */
  readonly nowMs: number;
  /** Milliseconds since the receipt, for `timing_ms`. */
  readonly elapsedMs: () => number;
  /** The operator's own id of this request. */
  readonly requestId: string | undefined;
  /** The request without its id, fields in order: equal text is the same request. */
  readonly content: string;
  readonly may: (permission: CommandPermission) => boolean;
  readonly parts: CommandParts;
  /** The socket that asks; undefined over HTTP. */
  readonly connection: OperatorConnection | undefined;
}

/** A refusal whose reply has more to say than the envelope: alternatives, verdicts, a command id. */
export interface CommandRefusal extends Refusal {
  readonly fields?: Readonly<Record<string, unknown>>;
}

export type CommandOutcome<Reply> = Reply | CommandRefusal;

type Fields = Type.TProperties;

/** What a request of these fields looks like once it is accepted. */
export type RequestOf<Given extends Fields> = Static<Type.TObject<Given>>;

export interface RestTwin {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
}

export interface CommandDeclaration<Name extends string, Given extends Fields, Reply extends Fields> {
  readonly type: Name;
  readonly replyType: string;
  readonly summary: string;
  /** Asked at every message, not only at the door. */
  readonly permission: CommandPermission;
  /** Whose budget it takes from; `commands` unless said. */
  readonly bucket?: 'commands' | 'queries' | 'emergency';
  /** Fields of the request beside `type` and `request_id`; unknown ones are refused. */
  readonly fields: Given;
  /** Fields of the reply beside `type`, `request_id`, `success`, `status` and `timestamp`. */
  readonly reply: Reply;
  /** After so long the reply is TIMEOUT_ERROR; what was begun goes on, and tells its end by a push. */
  readonly deadlineMs: number;
  /** Its twins on HTTP; `:name` in a path is the field `name`. None where the effect is on the connection itself. */
  readonly rest?: RestTwin | readonly RestTwin[];
  handle(
    request: RequestOf<Given>,
    context: CommandContext,
  ): CommandOutcome<RequestOf<Reply>> | Promise<CommandOutcome<RequestOf<Reply>>>;
}

export interface Command<
  Name extends string = string,
  Given extends Fields = Fields,
  Reply extends Fields = Fields,
> extends CommandDeclaration<Name, Given, Reply> {
  /** Of the whole request. */
  readonly schema: Type.TSchema;
  /** The request in our spelling, or what is wrong with it. */
  readonly read: (frame: unknown) => CommandRequest<Name> | Refusal;
}

export interface CommandRequest<Name extends string = string> {
  readonly type: Name;
  readonly request_id?: string;
  readonly [field: string]: unknown;
}

/** At most this long is an operator's own id of a request. */
export const MAX_REQUEST_ID = 128;

/** A command from its declaration. */
export function defineCommand<const Name extends string, Given extends Fields, Reply extends Fields>(
  declaration: CommandDeclaration<Name, Given, Reply>,
): Command<Name, Given, Reply> {
  const { type, fields } = declaration;
  const schema = Type.Object(
    { type: Type.Literal(type), request_id: Type.Optional(requiredText(MAX_REQUEST_ID)), ...fields },
    { additionalProperties: false, $id: `${type}_request` },
  );
  const check = checked(schema, `Invalid ${type} request`);
  return {
    ...declaration,
    schema,
    read: (frame) => readRequest(frame, check) as CommandRequest<Name> | Refusal,
  };
}

function readRequest(frame: unknown, check: Checked): CommandRequest | Refusal {
  const unsafe = refuseUnsafe(frame);
  if (unsafe) return unsafe;
  const request = toSnakeFields(frame, check.schema);
  return check.accepts(request) ? (request as CommandRequest) : check.explain(request);
}

/** The request without its id, as one text in which the order of fields does not count. */
export function toContent({ request_id: _id, ...request }: CommandRequest): string {
  return JSON.stringify(request, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** The drone a request names. Another tenant's, or one the credential is not bound to, is as unknown as none. */
export function findDrone(
  context: CommandContext,
  droneId: string,
  field = 'drone_id',
): DroneState | Refusal {
  const { tenant, boundDroneId, parts } = context;
  const isTheirs = boundDroneId === undefined || boundDroneId === droneId;
  const drone = isTheirs ? parts.fleet.find(tenant, droneId) : undefined;
  return drone ?? refuse('NOT_FOUND', { field }, { message: 'No such drone' });
}

/** A refusal with fields of its own for the reply. */
export function refuseWith(refusal: Refusal, fields: Readonly<Record<string, unknown>>): CommandRefusal {
  return { ...refusal, fields };
}

/** For commands that only make sense on a socket. */
export function connectionOf({ connection }: CommandContext): OperatorConnection | Refusal {
  return connection ?? refuse('VALIDATION_ERROR', { field: 'type', reason: 'socket_only' });
}
