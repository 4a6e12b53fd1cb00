import { type Clock, isRefusal, type Refusal } from '@skein/core';
import { type InvalidReason, invalidCredential } from './invalid.ts';
import type { Keyring } from './keyring.ts';
import { DEFAULT_LOCKOUT, Lockout, type LockoutConfig } from './lockout.ts';
import { OPEN_PRINCIPAL, type Principal } from './principal.ts';
import { createTokenVerifier, type TokenConfig, type TokenVerifier } from './token-verifier.ts';

/** What a security log wants to know of one check; never the credential. */
export interface AuthEvent {
  readonly outcome: 'ok' | 'refused';
  readonly address: string;
  readonly subject?: string;
  readonly tenant?: string;
  readonly reason?: string;
}

export interface AuthenticatorOptions {
  readonly keyring: Keyring;
  readonly tokens: TokenConfig;
  readonly mode: 'required' | 'open';
  readonly clock: Clock;
  readonly lockout?: Partial<LockoutConfig> | undefined;
  readonly onEvent?: ((event: AuthEvent) => void) | undefined;
}

const KEY_LENGTH = 64;
const KEY = /^[0-9a-f]{64}$/;

/** Who is this? From a key or a token to a principal, or a refusal that says no more than it must. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #verify: TokenVerifier;
  readonly #lockout: Lockout;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#verify = createTokenVerifier(options.tokens);
    this.#lockout = new Lockout({ ...DEFAULT_LOCKOUT, ...options.lockout }, options.clock);
  }

  /** No credential is asked for: whoever gives none is let in. */
  get isOpen(): boolean {
    return this.#options.mode === 'open';
  }

  /** `credential` as `credentialOf` gives it; `address` is the peer's, and pays for wrong ones. */
  async authenticate(credential: string | undefined, address: string): Promise<Principal | Refusal> {
    if (!credential) return this.#withoutCredential(address);
    const found = await this.#check(credential);
    if (!isRefusal(found)) {
      this.#tell({ outcome: 'ok', address, subject: found.subject, tenant: found.tenant });
      return found;
    }
    return this.#refuse(found, address);
  }

  /** Guesses of a locked address are answered but not told one by one: strangers must not fill our logs. */
  #refuse(found: Refusal, address: string): Refusal {
    const lock = found.code === 'AUTHENTICATION_ERROR' ? this.#lockout.fail(address) : undefined;
    const answer = lock?.refusal ?? found;
    if (lock?.isNew !== false)
      this.#tell({ outcome: 'refused', address, reason: String(answer.details.reason) });
    return answer;
  }

  /** Not giving any is no guess: a browser's first request comes like this. */
  #withoutCredential(address: string): Principal | Refusal {
    if (this.isOpen) return OPEN_PRINCIPAL;
    this.#tell({ outcome: 'refused', address, reason: 'missing' });
    return invalidCredential('missing');
  }

  async #check(credential: string): Promise<Principal | Refusal> {
    if (credential.length === KEY_LENGTH && KEY.test(credential)) return this.#key(credential);
    const { keyring, clock } = this.#options;
    const principal = await this.#verify(credential, clock.now());
    if (isRefusal(principal)) return principal;
    const ended: InvalidReason | undefined = keyring.endedBy(principal);
    return ended ? invalidCredential(ended) : principal;
  }

  #key(key: string): Principal | Refusal {
    const found = this.#options.keyring.find(key);
    return typeof found === 'string' ? invalidCredential(found) : found;
  }

  #tell(event: AuthEvent): void {
    this.#options.onEvent?.(event);
  }
}
