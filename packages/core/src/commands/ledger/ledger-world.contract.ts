import { isRefusal } from '../../errors.ts';
import type { Channel } from '../../messages/channel.ts';
import type { OrderMessage, OrderName } from '../../messages/order.ts';
import { fromRecordValue, type StateRecord } from '../../messages/state-record.ts';
import type { Bus, Clock, Journal, JournalEntry } from '../../ports.ts';
import { Records } from '../../records.ts';
import type { CommandRecord } from './command-record.ts';
import { CommandLedger } from './ledger.ts';
import type { CommandWish } from './wish.ts';

/** A world of one server: its journal outlives it, its vehicles are reachable or not. */
export class World {
  nowMs = 1_764_000_000_000;
  readonly journal: JournalEntry[] = [];
  readonly sent: OrderMessage[] = [];
  readonly told: CommandRecord[] = [];
  readonly unreachable = new Set<string>();
  readonly objections = new Map<string, string>();
  readonly done = new Set<string>();
  accepting = true;
  durable = Number.POSITIVE_INFINITY;
  ledger: CommandLedger;
  #ids = 0;
  #epoch = 0;
  #tick = (): void => undefined;

  constructor() {
    this.ledger = this.#open();
  }

  /** The process dies at once; a new one reads what was written. */
  restart(): void {
    this.ledger.close();
    this.ledger = this.#open();
  }

  #open(): CommandLedger {
    this.#epoch += 1;
    const clock: Clock = {
      now: () => this.nowMs,
      monotonic: () => this.nowMs,
      every: (_ms, task) => {
        this.#tick = task;
        return () => undefined;
      },
    };
    const bus: Bus = {
      publish: (subject, payload) => void (subject === 'command' && this.told.push(payload as CommandRecord)),
      subscribe: () => () => undefined,
    };
    const journal = {
      append: (entry: JournalEntry) => this.journal.push(entry) - 1,
      state: () => ({ accepting: this.accepting, bytes: 0, quotaBytes: 1 }),
    } as unknown as Journal;
    const records = new Records({ journal, bus, clock });
    for (const { payload } of this.journal)
      records.restore(fromRecordValue(JSON.parse(payload as string)) as StateRecord);
    return new CommandLedger({
      ...{ records, clock, bus, epoch: this.#epoch, durable: () => this.durable },
      send: (_tenant, droneId, order): readonly Channel[] => {
        if (this.unreachable.has(droneId)) return [];
        this.sent.push(order);
        return ['websocket'];
      },
      newId: () => {
        this.#ids += 1;
        return `id-${this.#ids}`;
      },
      hash: (text) => `h${[...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7)}`,
      objection: ({ commandId }) => this.objections.get(commandId),
      isDone: ({ commandId }) => this.done.has(commandId),
    });
  }

  pass(ms: number): void {
    for (const end = this.nowMs + ms; this.nowMs < end; ) {
      this.nowMs = Math.min(end, this.nowMs + 50);
      this.#tick();
    }
  }

  ask(command: OrderName, more: Partial<CommandWish> = {}) {
    const wish = { tenant: 't', droneId: 'd', command, params: {}, actor: 'op', ttlMs: 10_000, ...more };
    return command === 'emergency_land' ? this.ledger.submitEmergency(wish) : this.ledger.submit(wish);
  }

  must(command: OrderName, more: Partial<CommandWish> = {}): CommandRecord {
    const submitted = this.ask(command, more);
    if (isRefusal(submitted)) throw new Error(submitted.message);
    return submitted.command;
  }

  answer(commandId: string, result: string | undefined, progressPct?: number, droneId = 'd'): void {
    this.ledger.hear({
      ...{ tenant: 't', commandId, droneId },
      ...(result !== undefined && { result }),
      ...(progressPct !== undefined && { progressPct }),
    });
  }

  state(commandId: string): string | undefined {
    return this.ledger.find('t', commandId)?.state;
  }
}
