import { mutate } from './mutate.ts';

/** Neither the hot window nor the store's unique key knows a repeat: what is resent must be stored twice. */
mutate(
  {
    file: '/core/src/fleet/duplicate-window.ts',
    from: /if \(seen\) return seen;/,
    to: '',
  },
  {
    file: '/adapters/sqlite/schema.ts',
    from: /CREATE UNIQUE INDEX telemetry_identity/,
    to: 'CREATE INDEX telemetry_identity',
  },
  {
    file: '/adapters/sqlite/projection.ts',
    from: /ON CONFLICT \(session_ref, place\) DO NOTHING/,
    to: '',
  },
);
