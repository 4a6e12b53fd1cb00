import { PERMISSIONS, type Permission } from './permissions.ts';

/** Who is on the other side: what a credential was good for when it was checked. */
export interface Principal {
  readonly kind: 'key' | 'token' | 'open';
  /** Key id, the token's `sub`, or `open`. */
  readonly subject: string;
  readonly tenant: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Bound to one drone. */
  readonly droneId?: string;
  /** The key itself, or the key this token was exchanged for: the token ends with it. */
  readonly keyId?: string;
  readonly jti?: string;
  readonly expiresAtMs?: number;
  readonly ratePerMinute?: number;
}

export const DEFAULT_TENANT = 'default';

/** Everyone, on a laptop whose listeners are all on loopback. CONTRACT 5. */
export const OPEN_PRINCIPAL: Principal = {
  kind: 'open',
  subject: 'open',
  tenant: DEFAULT_TENANT,
  permissions: new Set(PERMISSIONS),
};
