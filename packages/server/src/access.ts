import type { AuditTrail, Clock, Credentials } from '@skein/core';
import type { Logger } from 'pino';
import { type AuditLog, createAuditLog } from './auth/audit-log.ts';
import { Authenticator } from './auth/authenticator.ts';
import { Keyring } from './auth/keyring.ts';
import { RateLimiter } from './auth/rate-limit.ts';
import { openSecrets } from './auth/secrets.ts';
import { Tickets } from './auth/tickets.ts';
import { type Config, isLoopback } from './config.ts';

/** Everything that decides who may: made once, given to every door. */
export interface Access {
  readonly apiKeySecret: string;
  readonly jwtSecret: string;
  readonly keyring: Keyring;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  readonly tickets: Tickets;
  readonly audit: AuditLog;
  readonly close: () => Promise<void>;
}

export async function openAccess(
  config: Config,
  store: Credentials & AuditTrail,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<Access> {
  const { dataDir, apiKeySecret, jwtSecret, host } = config;
  const secrets = openSecrets({ dataDir, apiKeySecret, jwtSecret, isLoopback: isLoopback(host) });
  for (const warning of secrets.warnings) log.warn(warning);
  const onError = (error: unknown) =>
    log.warn({ error: (error as Error).message }, 'the store does not answer');
  const audit = createAuditLog(store, onError);
  const keyring = await Keyring.open({
    credentials: store,
    apiKeySecret: secrets.apiKeySecret,
    clock,
    onError,
  });
  const authenticator = new Authenticator({
    keyring,
    tokens: { jwtSecret: secrets.jwtSecret, jwksUrl: config.jwksUrl, jwksIssuer: config.jwtIssuer },
    mode: config.authMode,
    clock,
    onEvent: ({ outcome, address, tenant = '', subject = 'anonymous', reason }) => {
      if (outcome !== 'refused') return;
      log.info({ address, reason }, 'login refused');
      const entry = {
        atMs: clock.now(),
        tenant,
        actor: subject,
        action: 'login',
        target: 'credential',
      } as const;
      audit.record({ ...entry, outcome: 'refused', address, details: { reason } });
    },
  });
  return {
    ...secrets,
    keyring,
    authenticator,
    rateLimiter: new RateLimiter({ clock, perMinute: { ingest: config.rateLimitPerMinute } }),
    tickets: new Tickets({ clock, keyring }),
    audit,
    close: async () => {
      await keyring.close();
      await audit.close();
    },
  };
}
