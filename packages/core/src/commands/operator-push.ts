import type { Bus } from '../ports.ts';

/** What operators are told without having asked: the bus subject every part publishes on, and the gateway listens to. */
export const OPERATOR_PUSH = 'operator_push';

/**
 * `kept`: never dropped, numbered, and told again after a reconnect (alerts, results of commands, missions, coordination).
 * `latest`: only the newest of its `type` counts; a slow operator misses those between (live analytics).
 */
export type PushClass = 'kept' | 'latest';

export interface OperatorPush {
  readonly tenant: string;
  readonly class: PushClass;
  /** Which drone it is about: an operator whose credential is bound to another drone is not told. */
  readonly droneId?: string | undefined;
  /** The same of what is about several: who is bound to one of them is told. */
  readonly droneIds?: readonly string[];
  /** Given: only for who asked, and for whoever follows the drone. */
  readonly actor?: string | undefined;
  /** As it goes out; the gateway adds `seq` and `cursor`. */
  readonly message: OperatorMessage;
}

export interface OperatorMessage {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** To every operator of the tenant. */
export function pushToOperators(bus: Bus, push: OperatorPush): void {
  bus.publish(OPERATOR_PUSH, push);
}
