import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ProjectedSample } from '@skein/core';
import { BoundedCache } from '../bounded-cache.ts';
import { one } from './database.ts';

const DAY_MS = 86_400_000;
/** Sessions and profiles remembered: a fleet of 100 000 drones in flight, some 30 MB. */
const CACHE_SIZE = 100_000;

interface Session {
  readonly ref: number;
  readonly droneRef: number;
  readonly tenant: string;
  readonly droneId: string;
  readonly sessionId: string;
  /** The day (since 1970) up to which the table knows it in use. */
  usedDay: number;
}

interface Profile {
  readonly ref: number;
  usedDay: number;
}

/**
 * The integer refs of drones, sessions and profiles: looked up, made where new, remembered. `used_ms` is written
 * once a day, so that expiry can tell what is no longer in use without a look at the telemetry.
 */
export function createDimensions(db: DatabaseSync) {
  const sessions = new BoundedCache<Session>(CACHE_SIZE);
  const profiles = new BoundedCache<Profile>(CACHE_SIZE);
  const putDrone = db.prepare(`INSERT INTO drones (tenant, drone_id) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET tenant = excluded.tenant RETURNING drone_ref`);
  const putSession =
    db.prepare(`INSERT INTO sessions (drone_ref, session_id, session_key, used_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT (drone_ref, session_id) DO UPDATE SET used_ms = max(used_ms, excluded.used_ms) RETURNING session_ref`);
  const putProfile = db.prepare(`INSERT INTO profiles (json, used_ms) VALUES (?, ?)
    ON CONFLICT (json) DO UPDATE SET used_ms = max(used_ms, excluded.used_ms) RETURNING profile_ref`);

  function openSession(sample: ProjectedSample, day: number): Session {
    const { tenant, droneId, sessionId, sessionKey } = sample;
    const droneRef = refOf(putDrone, tenant, droneId);
    const ref = refOf(putSession, droneRef, sessionId, sessionKey, day * DAY_MS);
    return { ref, droneRef, tenant, droneId, sessionId, usedDay: day };
  }

  return {
    session(sample: ProjectedSample): Session {
      const day = dayOf(sample);
      const known = sessions.get(sample.sessionKey);
      if (known && known.usedDay >= day && isOf(known, sample)) return known;
      const session = openSession(sample, day);
      sessions.set(sample.sessionKey, session);
      return session;
    },
    profile(sample: ProjectedSample): number {
      const day = dayOf(sample);
      const known = profiles.get(sample.profile);
      if (known && known.usedDay >= day) return known.ref;
      const ref = refOf(putProfile, sample.profile, day * DAY_MS);
      profiles.set(sample.profile, { ref, usedDay: day });
      return ref;
    },
    forget(): void {
      sessions.clear();
      profiles.clear();
    },
  };
}

/** A key is a hash of 64 bits: two sessions that share one are still two. */
function isOf(session: Session, { tenant, droneId, sessionId }: ProjectedSample): boolean {
  return session.sessionId === sessionId && session.droneId === droneId && session.tenant === tenant;
}

const dayOf = ({ receivedAtMs }: ProjectedSample): number => Math.floor(receivedAtMs / DAY_MS);

function refOf(statement: StatementSync, ...values: (string | number)[]): number {
  return one(statement, ...values)?.[0] as number;
}
