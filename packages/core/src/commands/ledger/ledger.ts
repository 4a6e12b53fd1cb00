import { type Refusal, refuse } from '../../errors.ts';
import type { Channel } from '../../messages/channel.ts';
import { CommandBook, type Standing } from './command-book.ts';
import {
  type ChangeDetails,
  type CommandReason,
  type CommandRecord,
  toChanged,
  toCommandRecord,
  toOrder,
  toRecordChange,
} from './command-record.ts';
import type { LedgerParts } from './ledger-parts.ts';
import { type CommandEvent, isTerminal, isUnanswered, nextState } from './life-cycle.ts';
import { traitsOf } from './order-traits.ts';
import { isOfVehicle, toVehicleDetails, toVehicleEvent, type VehicleWord } from './vehicle-word.ts';
import { Waiters } from './waiters.ts';
import { type Asking, type CommandWish, commandIdOf, refuseCancel, refuseWish, toCommand } from './wish.ts';

export interface Submitted {
  readonly command: CommandRecord;
  /** Durable once the journal has passed it; -1: it is. */
  readonly position: number;
  readonly isRepeat: boolean;
}

/** A vehicle that accepted and never says that it is done: its effect is unknown. */
const COMPLETION_MS = 30 * 60_000;
const TICK_MS = 50;

/**
 * The command ledger: every command is durable before it is answered, goes to its vehicle in order, and ends in exactly
 * one terminal state. The vehicle remembers ids, so that sending one again has no second effect.
 */
export class CommandLedger {
  readonly #parts: LedgerParts;
  readonly #book = new CommandBook();
  readonly #positions = new Map<string, number>();
  /** Asked for, but not on disk yet, oldest first: nothing leaves before. */
  readonly #unflushed = new Set<string>();
  readonly #lastSentMs = new Map<string, number>();
  /** Of an earlier life: whether they ever left is not known for certain. */
  readonly #restored = new Set<string>();
  readonly #waiters = new Waiters();
  readonly #stopTicking: () => void;
  #ordinal = 0;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    for (const record of [...parts.records.list('command')].sort((a, b) => a.createdAtMs - b.createdAtMs)) {
      const command = toCommandRecord(record);
      this.#ordinal = Math.max(this.#ordinal, command.ordinal);
      this.#book.keep(command);
      this.#restored.add(command.commandId);
    }
    this.#stopTicking = parts.clock.every(TICK_MS, () => this.#tick());
  }

  /** A command for the vehicle's queue; the same request again is the same command. */
  submit(wish: CommandWish): Submitted | Refusal {
    const repeat = this.repeat(wish);
    if (repeat) return repeat;
    if (!this.#parts.records.accepting)
      return refuse('SERVICE_UNAVAILABLE', { reason: 'journal' }, { retryAfterS: 5 });
    const refusal = this.objection(wish);
    if (refusal) return refusal;
    const command = this.#create(wish);
    this.#unflushed.add(command.commandId);
    const { position } = this.#save(command);
    this.#supersede(command, ({ state }) => state === 'queued');
    this.flushed();
    return { command: this.find(wish.tenant, command.commandId) as CommandRecord, position, isRepeat: false };
  }

  /** The lane past all queues: bytes first, records after; lesser commands that wait are cancelled. */
  submitEmergency(wish: CommandWish): Submitted | Refusal {
    const repeat = this.repeat(wish);
    if (repeat) return repeat;
    const command = this.#create(wish);
    const channels = this.#transmit(command);
    const { position } = this.#save(command);
    if (channels.length > 0) this.#change(command, 'send', { channels });
    for (const other of this.#book.ofDrone(wish.tenant, wish.droneId))
      if (other.state === 'queued' && other.command !== command.command)
        this.#change(other, 'cancel', { reason: 'superseded', by: command.commandId });
    return { command: this.find(wish.tenant, command.commandId) as CommandRecord, position, isRepeat: false };
  }

  /** Why a command would be refused now whatever it is about: too many wait, or a greater one stands. */
  objection(wish: Pick<CommandWish, 'tenant' | 'droneId' | 'command' | 'clears'>): Refusal | undefined {
    return refuseWish(wish, this.#book);
  }

  /** Under which a request's command will be found. */
  idFor({
    tenant,
    actor,
    requestId,
  }: Pick<Asking, 'tenant' | 'actor'> & { requestId?: string | undefined }): string {
    const { hash, newId } = this.#parts;
    return requestId === undefined ? newId() : commandIdOf({ tenant, actor, requestId }, hash);
  }

  find(tenant: string, commandId: string): CommandRecord | undefined {
    const live = this.#book.find(commandId);
    if (live) return live.tenant === tenant ? live : undefined;
    const record = this.#parts.records.find(tenant, 'command', commandId);
    return record && toCommandRecord(record);
  }

  /** Only what has not left can be taken back. */
  cancel(tenant: string, commandId: string, actor: string): CommandRecord | Refusal {
    const command = this.find(tenant, commandId);
    if (!command) return refuse('NOT_FOUND', { field: 'command_id' });
    if (command.state !== 'queued') return refuseCancel(command);
    return this.#change(command, 'cancel', { reason: 'operator', by: actor });
  }

  /** The vehicle's word, from whichever way it came. Only the vehicle that was ordered is heard. */
  hear(word: VehicleWord): void {
    const command = this.#book.find(word.commandId);
    const event =
      command && isOfVehicle(word, command)
        ? toVehicleEvent(word, traitsOf(command.command).instant)
        : undefined;
    if (!command || event === undefined) return;
    const changed = this.#change(command, event, toVehicleDetails(word, event));
    if (changed.state !== 'failed' && changed.state !== 'cancelled' && isUnanswered(command.state))
      this.#supersede(command, ({ ordinal, state }) => ordinal < command.ordinal && !isUnanswered(state));
    this.#pump(command.tenant, command.droneId);
  }

  /** The journal has been flushed: what waited for it goes. */
  flushed(): void {
    if (this.#unflushed.size === 0) return;
    const durable = this.#parts.durable();
    for (const commandId of this.#unflushed) {
      if ((this.#positions.get(commandId) ?? -1) >= durable) return;
      this.#unflushed.delete(commandId);
      const command = this.#book.find(commandId);
      if (command) this.#pump(command.tenant, command.droneId);
    }
  }

  /** A way to the vehicle is open: what waits for it goes. */
  reach(tenant: string, droneId: string): void {
    for (const command of this.#book.ofDrone(tenant, droneId))
      if (command.state === 'sent') this.#resend(command);
    this.#pump(tenant, droneId);
  }

  /** Resolves with the command once the vehicle has answered or the command has ended, at the latest after `timeoutMs`. */
  async answered(tenant: string, commandId: string, timeoutMs: number): Promise<CommandRecord> {
    const command = this.find(tenant, commandId) as CommandRecord;
    if (!isUnanswered(command.state)) return command;
    await this.#waiters.wait(commandId, this.#parts.clock.monotonic() + timeoutMs);
    return this.find(tenant, commandId) as CommandRecord;
  }

  close(): void {
    this.#stopTicking();
    this.#waiters.close();
  }

  /** The command of a request that was asked before, or what speaks against taking it for that. */
  repeat({ tenant, actor, requestId, content = '' }: Asking): Submitted | Refusal | undefined {
    if (requestId === undefined) return undefined;
    const command = this.find(tenant, commandIdOf({ tenant, actor, requestId }, this.#parts.hash));
    if (!command) return undefined;
    if (command.content !== this.#parts.hash(content))
      return refuse(
        'CONFLICT',
        { field: 'request_id', reason: 'same_id' },
        { message: 'This request_id was used for another request: take a new one' },
      );
    return { command, position: this.#positions.get(command.commandId) ?? -1, isRepeat: true };
  }

  #create(wish: CommandWish): CommandRecord {
    this.#ordinal += 1;
    return toCommand(wish, { ...this.#parts, ordinal: this.#ordinal });
  }

  /** Takes the command as it now is to the journal, and tells whoever waits or watches. */
  #save(command: CommandRecord): { readonly position: number } {
    this.#book.keep(command);
    const kept = this.#parts.records.put(toRecordChange(command));
    if (isTerminal(command.state)) this.#forget(command.commandId);
    else this.#positions.set(command.commandId, kept.position);
    this.#parts.bus.publish('command', command);
    if (!isUnanswered(command.state)) this.#waiters.tell(command.commandId);
    return kept;
  }

  #forget(commandId: string): void {
    for (const kept of [this.#positions, this.#lastSentMs, this.#unflushed, this.#restored])
      kept.delete(commandId);
  }

  /** The command after an event; itself where the event means nothing any more. Progress alone is told, not recorded. */
  #change(
    { commandId, ...given }: CommandRecord,
    event: CommandEvent,
    details: ChangeDetails = {},
  ): CommandRecord {
    const command = this.#book.find(commandId);
    const state = command && nextState(command.state, event);
    if (!command || state === undefined) return command ?? { commandId, ...given };
    const isSame = state === command.state;
    const changed = toChanged(command, event, state, { ...details, changedAtMs: this.#parts.clock.now() });
    if (isSame) {
      this.#book.keep(changed);
      if (event === 'progress') this.#parts.bus.publish('command', changed);
    } else this.#save(changed);
    return changed;
  }

  /** Others for the same thing, older than this one, that it takes the place of. */
  #supersede(command: CommandRecord, isReplaced: (other: CommandRecord) => boolean): void {
    const { slot, severity } = traitsOf(command.command);
    for (const other of this.#book.ofDrone(command.tenant, command.droneId)) {
      const traits = traitsOf(other.command);
      if (other.commandId === command.commandId || traits.slot !== slot || traits.severity > severity)
        continue;
      if (isReplaced(other)) this.#change(other, 'cancel', { reason: 'superseded', by: command.commandId });
    }
  }

  /** In each lane the oldest goes, once the one before it was answered. */
  #pump(tenant: string, droneId: string): void {
    const busy = new Set<string>();
    for (const command of this.#book.ofDrone(tenant, droneId)) {
      const { lane } = traitsOf(command.command);
      if (lane !== 'emergency' && busy.has(lane)) continue;
      if (command.state === 'queued' && !this.#unflushed.has(command.commandId)) this.#dispatch(command);
      if (isUnanswered(this.#book.find(command.commandId)?.state ?? 'failed')) busy.add(lane);
    }
  }

  #dispatch(command: CommandRecord): void {
    const { clock, objection } = this.#parts;
    if (clock.now() > command.notAfterMs) return this.#expire(command);
    const greater = this.#greaterThan(command);
    if (greater) {
      this.#change(command, 'cancel', { reason: 'superseded', by: greater.commandId });
      return;
    }
    const message = traitsOf(command.command).lane === 'emergency' ? undefined : objection(command);
    if (message !== undefined) {
      this.#change(command, 'cancel', { reason: 'revalidation', message });
      return;
    }
    const channels = this.#transmit(command);
    if (channels.length > 0) this.#change(command, 'send', { channels });
  }

  #transmit(command: CommandRecord): readonly Channel[] {
    const { send, clock, epoch } = this.#parts;
    const channels = send(command.tenant, command.droneId, toOrder(command, clock.now(), epoch));
    if (channels.length > 0) this.#lastSentMs.set(command.commandId, clock.monotonic());
    return channels;
  }

  /** What has not been answered goes again, but never against a greater order. */
  #resend(command: CommandRecord): void {
    if (this.#greaterThan(command)) return;
    const channels = this.#transmit(command);
    if (channels.length > 0) this.#change(command, 'send', { channels });
  }

  #greaterThan({ tenant, droneId, command }: CommandRecord): Standing | undefined {
    const standing = this.#book.standing(tenant, droneId);
    const isLesser = standing && command !== 'resume' && traitsOf(command).severity < standing.severity;
    return isLesser ? standing : undefined;
  }

  #expire(command: CommandRecord): void {
    const isCertain = command.state === 'queued' && !this.#restored.has(command.commandId);
    const reason: CommandReason = isCertain ? 'not_sent' : 'unknown';
    this.#change(command, 'expire', { reason });
    this.#pump(command.tenant, command.droneId);
  }

  #tick(): void {
    const { clock, isDone } = this.#parts;
    const [nowMs, monotonicMs] = [clock.now(), clock.monotonic()];
    for (const command of this.#book.all()) {
      if (isUnanswered(command.state)) this.#tickUnanswered(command, nowMs, monotonicMs);
      else if (isDone(command)) this.#change(command, 'succeed', { message: 'seen in telemetry' });
      else if (nowMs - (command.answeredAtMs ?? nowMs) > COMPLETION_MS) this.#expire(command);
    }
    this.#waiters.tick(monotonicMs);
  }

  #tickUnanswered(command: CommandRecord, nowMs: number, monotonicMs: number): void {
    const sentMs = this.#lastSentMs.get(command.commandId) ?? Number.NEGATIVE_INFINITY;
    const { resendMs, lane } = traitsOf(command.command);
    if (nowMs > command.notAfterMs) this.#expire(command);
    else if (command.state === 'sent' && monotonicMs - sentMs >= resendMs) this.#resend(command);
    else if (command.state === 'queued' && lane === 'emergency') this.#dispatch(command);
  }
}
