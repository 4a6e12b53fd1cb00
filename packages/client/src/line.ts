import type { ClientErrorCode, OrderMessage } from '@skein/core';
import type { Settings } from './config.ts';
import type { Outbox } from './outbox.ts';

/** What the parts of one line share. */
export interface LineContext {
  readonly settings: Settings;
  readonly outbox: Outbox;
  /** The drone this line belongs to, once it is known. */
  droneId(): string | undefined;
  /** Tells the application, and the server as soon as it can be reached. */
  fail(code: ClientErrorCode, message: string): void;
  /** A channel came or went. */
  changed(): void;
  ordered(order: OrderMessage): void;
}
