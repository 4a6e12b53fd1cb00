import type { Channel } from '../../messages/channel.ts';
import type { OrderMessage } from '../../messages/order.ts';
import type { Bus, Clock } from '../../ports.ts';
import type { Records } from '../../records.ts';
import type { CommandRecord } from './command-record.ts';

/** What the ledger works with. */
export interface LedgerParts {
  readonly records: Records;
  readonly clock: Clock;
  readonly bus: Bus;
  /** Records before this position of the journal are on disk. */
  readonly durable: () => number;
  /** Over every way at once; returns the ways the bytes went. */
  readonly send: (tenant: string, droneId: string, order: OrderMessage) => readonly Channel[];
  readonly newId: () => string;
  /** 32 hex digits. */
  readonly hash: (text: string) => string;
  /** Asked again at the moment of sending; a sentence says why it may not go any more. */
  readonly objection: (command: CommandRecord) => string | undefined;
  /** What telemetry shows: the vehicle has done it. */
  readonly isDone: (command: CommandRecord) => boolean;
  /** Orders of an earlier life of the server are refused by the vehicle. */
  readonly epoch: number;
}
