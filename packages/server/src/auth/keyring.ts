import type { Clock, Credentials, KeyRecord, Unsubscribe } from '@skein/core';
import { hashKey } from './keys.ts';
import { toPermissions } from './permissions.ts';
import type { Principal } from './principal.ts';

export interface KeyringOptions {
  readonly credentials: Credentials;
  readonly apiKeySecret: string;
  readonly clock: Clock;
  /** Once per outage of the store, not once per try. */
  readonly onError: (fault: unknown) => void;
  readonly pollMs?: number;
  readonly touchMs?: number;
}

/** Why a credential that was once good is not any more. */
export type Ended = 'unknown' | 'revoked' | 'expired';

interface HeldKey {
  readonly record: KeyRecord;
  readonly principal: Principal;
}

const POLL_MS = 250;
const TOUCH_MS = 30_000;

/**
 * All keys and revoked tokens in memory, as new as the last poll: a request asks no store, and a store that is down
 * locks nobody out. What was revoked by any process is gone here within `pollMs`, and whoever listens closes sockets.
 */
export class Keyring {
  readonly #options: KeyringOptions;
  readonly #listeners = new Set<(id: string) => void>();
  readonly #used = new Map<string, number>();
  #byHash = new Map<string, HeldKey>();
  #byId = new Map<string, HeldKey>();
  /** Those that still hold: the ones whose end is news. */
  readonly #alive = new Set<string>();
  #revokedTokens: ReadonlySet<string> = new Set();
  /** When the first of those ends, if nothing changes. */
  #nextEndMs = Number.NEGATIVE_INFINITY;
  #revision: number | undefined;
  #refreshing: Promise<void> | undefined;
  #down = false;
  readonly #stops: Unsubscribe[] = [];

  private constructor(options: KeyringOptions) {
    this.#options = options;
  }

  /** Rejects when the store cannot be read even once: better no server than one that knows nobody. */
  static async open(options: KeyringOptions): Promise<Keyring> {
    const keyring = new Keyring(options);
    await keyring.#load();
    const { clock, pollMs = POLL_MS, touchMs = TOUCH_MS } = options;
    keyring.#stops.push(
      clock.every(pollMs, () => void (keyring.#refreshing ?? keyring.refresh())),
      clock.every(touchMs, () => void keyring.#flush()),
    );
    return keyring;
  }

  /** The principal of a key, or why it is none. */
  find(key: string): Principal | Ended {
    const held = this.#byHash.get(hashKey(key, this.#options.apiKeySecret));
    if (!held) return 'unknown';
    const nowMs = this.#options.clock.now();
    const ended = endOf(held.record, nowMs);
    if (ended) return ended;
    this.#used.set(held.record.id, nowMs);
    return held.principal;
  }

  /** Why a principal may not go on, or undefined: it still may. Cheap enough to ask before every command. */
  endedBy({ keyId, jti, expiresAtMs }: Pick<Principal, 'keyId' | 'jti' | 'expiresAtMs'>): Ended | undefined {
    const nowMs = this.#options.clock.now();
    if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return 'expired';
    if (jti !== undefined && this.#revokedTokens.has(jti)) return 'revoked';
    if (keyId === undefined) return undefined;
    const held = this.#byId.get(keyId);
    return held ? endOf(held.record, nowMs) : 'revoked';
  }

  /** Called with a key's id when it disappears, ends, expires or gets other rights, and with a revoked token's jti. */
  onRevoked(listener: (keyIdOrJti: string) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what has changed; never rejects. For a process that has just changed a key itself: effective at once. */
  refresh(): Promise<void> {
    const refreshed = (this.#refreshing ?? Promise.resolve())
      .then(() => this.#poll())
      .finally(() => {
        if (this.#refreshing === refreshed) this.#refreshing = undefined;
      });
    this.#refreshing = refreshed;
    return refreshed;
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#refreshing;
    await this.#flush();
  }

  async #poll(): Promise<void> {
    try {
      await this.#load();
      this.#down = false;
    } catch (fault) {
      this.#report(fault);
    }
    this.#announce(this.#takeEnded());
  }

  /** The revision is read first: a change in between is seen again by the next poll, never missed. */
  async #load(): Promise<void> {
    const { credentials } = this.#options;
    const revision = await credentials.revision();
    if (revision === this.#revision) return;
    const [records, tokens] = await Promise.all([credentials.keys(), credentials.revokedTokens()]);
    const isFirst = this.#revision === undefined;
    this.#revision = revision;
    const changed = [...this.#takeKeys(records), ...this.#takeTokens(tokens)];
    if (!isFirst) this.#announce(changed);
  }

  /** The keys whose rights are others than before: what was opened with the old ones must be opened anew. */
  #takeKeys(records: readonly KeyRecord[]): string[] {
    const before = this.#byId;
    const held = records.map((record) => ({ record, principal: toPrincipal(record) }));
    this.#byHash = new Map(held.map((key) => [key.record.hash, key]));
    this.#byId = new Map(held.map((key) => [key.record.id, key]));
    const nowMs = this.#options.clock.now();
    for (const { record } of held) if (!endOf(record, nowMs)) this.#alive.add(record.id);
    this.#nextEndMs = Number.NEGATIVE_INFINITY;
    return records.map(({ id }) => id).filter((id) => hasOtherRights(before.get(id), this.#byId.get(id)));
  }

  #takeTokens(tokens: readonly { jti: string; expiresAtMs: number }[]): string[] {
    const before = this.#revokedTokens;
    this.#revokedTokens = new Set(tokens.map(({ jti }) => jti));
    return [...this.#revokedTokens].filter((jti) => !before.has(jti));
  }

  /** Looks through all keys only when one is due or they have been read anew. */
  #takeEnded(): string[] {
    const nowMs = this.#options.clock.now();
    if (nowMs < this.#nextEndMs) return [];
    const ended: string[] = [];
    this.#nextEndMs = Number.POSITIVE_INFINITY;
    for (const id of this.#alive) {
      const record = this.#byId.get(id)?.record;
      if (!record || endOf(record, nowMs)) ended.push(id);
      else this.#nextEndMs = Math.min(this.#nextEndMs, endMsOf(record));
    }
    for (const id of ended) this.#alive.delete(id);
    return ended;
  }

  #announce(ids: readonly string[]): void {
    for (const id of ids) for (const listener of this.#listeners) listener(id);
  }

  async #flush(): Promise<void> {
    const lastUsed = [...this.#used].map(([id, atMs]) => ({ id, atMs }));
    if (lastUsed.length === 0) return;
    this.#used.clear();
    try {
      await this.#options.credentials.touchKeys(lastUsed);
    } catch (fault) {
      for (const { id, atMs } of lastUsed) this.#used.set(id, Math.max(atMs, this.#used.get(id) ?? 0));
      this.#report(fault);
    }
  }

  #report(fault: unknown): void {
    if (this.#down) return;
    this.#down = true;
    this.#options.onError(fault);
  }
}

function endOf({ revokedAtMs, expiresAtMs }: KeyRecord, nowMs: number): Ended | undefined {
  if (revokedAtMs !== undefined && revokedAtMs <= nowMs) return 'revoked';
  return expiresAtMs !== undefined && expiresAtMs <= nowMs ? 'expired' : undefined;
}

function endMsOf({
  revokedAtMs = Number.POSITIVE_INFINITY,
  expiresAtMs = Number.POSITIVE_INFINITY,
}: KeyRecord): number {
  return Math.min(revokedAtMs, expiresAtMs);
}

function toPrincipal(record: KeyRecord): Principal {
  const { id, tenant, permissions, droneId, expiresAtMs, ratePerMinute } = record;
  return {
    ...{ kind: 'key', subject: id, tenant, permissions: toPermissions(permissions), keyId: id },
    ...(droneId !== undefined && { droneId }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(ratePerMinute !== undefined && { ratePerMinute }),
  };
}

function hasOtherRights(before: HeldKey | undefined, after: HeldKey | undefined): boolean {
  if (!before || !after) return false;
  const [a, b] = [before.record, after.record];
  if (a.hash !== b.hash || a.tenant !== b.tenant || a.droneId !== b.droneId) return true;
  return a.permissions.join() !== b.permissions.join();
}
