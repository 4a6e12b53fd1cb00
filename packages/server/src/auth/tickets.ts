import { randomBytes } from 'node:crypto';
import type { Clock, Refusal } from '@skein/core';
import { invalidCredential } from './invalid.ts';
import type { Keyring } from './keyring.ts';
import type { Principal } from './principal.ts';

interface Ticket {
  readonly principal: Principal;
  readonly endsAtMs: number;
}

export interface TicketsOptions {
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly maxTickets?: number;
}

const TICKET_BYTES = 32;
const LIFE_MS = 30_000;
const MAX_TICKETS = 10_000;

/** The only thing that may stand in a socket's URL: good once, for 30 s, and only as long as its principal is. */
export class Tickets {
  readonly #options: TicketsOptions;
  /** In order of issue, so in order of expiry. */
  readonly #tickets = new Map<string, Ticket>();

  constructor(options: TicketsOptions) {
    this.#options = options;
  }

  /** When too many are out, the oldest is no longer good. */
  issue(principal: Principal): string {
    const nowMs = this.#options.clock.monotonic();
    this.#forget(nowMs);
    const ticket = randomBytes(TICKET_BYTES).toString('base64url');
    this.#tickets.set(ticket, { principal, endsAtMs: nowMs + LIFE_MS });
    return ticket;
  }

  redeem(ticket: string): Principal | Refusal {
    const { clock, keyring } = this.#options;
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (!found || found.endsAtMs <= clock.monotonic()) return invalidCredential('ticket');
    const ended = keyring.endedBy(found.principal);
    return ended ? invalidCredential(ended) : found.principal;
  }

  #forget(nowMs: number): void {
    const { maxTickets = MAX_TICKETS } = this.#options;
    for (const [ticket, { endsAtMs }] of this.#tickets) {
      if (endsAtMs > nowMs && this.#tickets.size < maxTickets) return;
      this.#tickets.delete(ticket);
    }
  }
}
