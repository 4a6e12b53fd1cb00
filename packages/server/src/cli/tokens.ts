import { DEFAULT_TENANT } from '../auth/principal.ts';
import { MAX_LIFETIME_S } from '../auth/token-claims.ts';
import { type Flags, Misuse } from './console.ts';
import { addSettings } from './settings.ts';
import type { Define } from './subcommand.ts';
import { withStore } from './with-store.ts';

const JTI = /^[\x21-\x7e]{1,128}$/;

export const tokens: Define = (command, console) => {
  command.addHelpText('after', '\nExamples:\n  skein tokens revoke 6f1c…\n  skein tokens revoke --help');
  const revoke = command
    .command('revoke')
    .description('end a token now, on open sockets too')
    .argument('<jti>', 'the claim jti of the token')
    .option('--json', 'one JSON line')
    .addHelpText('after', '\nExamples:\n  skein tokens revoke 6f1c…\n  skein tokens revoke 6f1c… --json');
  addSettings(revoke, 'dataDir').action((jti: string, options: Flags) => {
    if (!JTI.test(jti)) throw new Misuse('The jti is expected to be 1 to 128 printable characters.');
    return withStore(console, options, async (store) => {
      const atMs = Date.now();
      // No token lives longer than this: afterwards the entry is of no use.
      await store.revokeToken(jti, atMs + MAX_LIFETIME_S * 1000);
      const entry = {
        atMs,
        tenant: DEFAULT_TENANT,
        actor: 'cli',
        action: 'token_revoke',
        target: jti,
      } as const;
      await store.appendAudit({ ...entry, outcome: 'ok' });
      if (options['json']) console.out(JSON.stringify({ jti, revoked: true }));
      else console.note(`Token ${jti} is revoked.`);
    });
  });
};
