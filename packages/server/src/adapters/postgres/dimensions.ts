import { createHash } from 'node:crypto';
import type { ProjectedSample } from '@skein/core';
import type { PoolClient } from 'pg';
import { BoundedCache } from '../bounded-cache.ts';

const DAY_MS = 86_400_000;
const CACHE_SIZE = 100_000;
const MAX_TENANTS = 1000;
/** Sessions looked up in one statement: each may look into every partition. */
const CHUNK = 500;

interface Session {
  readonly ref: number;
  readonly droneRef: number;
  readonly tenant: string;
  readonly droneId: string;
  readonly sessionId: string;
  readonly usedDay: number;
  /** Nothing stored of this session has a higher seq, or a later time where it has no seq. */
  highestSeq: number;
  latestUs: number;
}

interface Profile {
  readonly ref: number;
  readonly usedDay: number;
}

/** A profile that is new, or not yet marked as in use today. */
interface UsedProfile {
  readonly tenant: string;
  readonly json: string;
  readonly usedDay: number;
}

/** One statement: made where new, found where not, and marked as in use. Committed at once, so that no rollback undoes it. */
const PUT_SESSIONS = `
  WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
      AS g(tenant, drone_id, session_id, session_key, used_ms)
  ), drones AS (
    INSERT INTO skein_drones AS d (tenant, drone_id) SELECT DISTINCT tenant, drone_id FROM given ORDER BY 1, 2
    ON CONFLICT (tenant, drone_id) DO UPDATE SET drone_id = d.drone_id RETURNING *
  ), sessions AS (
    INSERT INTO skein_sessions AS s (drone_ref, session_id, session_key, used_at)
    SELECT d.drone_ref, g.session_id, g.session_key, skein_time(g.used_ms * 1000)
    FROM given g JOIN drones d USING (tenant, drone_id) ORDER BY 1, 2
    ON CONFLICT (drone_ref, session_id) DO UPDATE SET used_at = greatest(s.used_at, excluded.used_at)
    RETURNING *, xmax = 0 AS fresh
  )
  SELECT d.tenant, d.drone_id, s.session_id, s.session_ref, s.drone_ref,
    CASE WHEN s.fresh THEN NULL ELSE (SELECT max(place) FROM skein_telemetry t WHERE t.session_ref = s.session_ref) END,
    CASE WHEN s.fresh THEN NULL ELSE (SELECT min(place) FROM skein_telemetry t WHERE t.session_ref = s.session_ref) END
  FROM sessions s JOIN drones d USING (drone_ref)`;

const PUT_PROFILES = `
  INSERT INTO skein_profiles AS p (digest, tenant, json, used_at)
  SELECT digest, tenant, json, skein_time(used_ms * 1000)
  FROM unnest($1::bytea[], $2::text[], $3::jsonb[], $4::bigint[]) AS g(digest, tenant, json, used_ms) ORDER BY 1
  ON CONFLICT (digest) DO UPDATE SET used_at = greatest(p.used_at, excluded.used_at)
  RETURNING digest, profile_ref`;

/** The refs of drones, sessions and profiles, and how far each session has come. */
export class Dimensions {
  readonly #sessions = new BoundedCache<Session>(CACHE_SIZE);
  /** By tenant, then by text: what is alike in two tenants is two profiles. */
  readonly #profiles = new Map<string, BoundedCache<Profile>>();

  forget(): void {
    this.#sessions.clear();
    this.#profiles.clear();
  }

  /** Both of one sample; found, because `load` was called with it. */
  of(sample: ProjectedSample): { session: Session; profileRef: number } {
    const session = this.#sessions.get(identityOf(sample)) as Session;
    return { session, profileRef: (this.#profilesOf(sample.tenant).get(sample.profile) as Profile).ref };
  }

  #profilesOf(tenant: string): BoundedCache<Profile> {
    const known = this.#profiles.get(tenant);
    if (known) return known;
    const profiles = new BoundedCache<Profile>(CACHE_SIZE);
    this.#profiles.set(tenant, profiles);
    return profiles;
  }

  /** Once they are stored: how far their sessions have come. */
  advance(samples: readonly ProjectedSample[]): void {
    for (const sample of samples) {
      const session = this.#sessions.get(identityOf(sample)) as Session;
      if (sample.place >= 0) session.highestSeq = Math.max(session.highestSeq, sample.place);
      else session.latestUs = Math.max(session.latestUs, sample.timeUs);
    }
  }

  /** Makes everything known that the samples name. */
  async load(client: PoolClient, samples: readonly ProjectedSample[]): Promise<void> {
    if (this.#profiles.size > MAX_TENANTS) this.#profiles.clear();
    const sessions = new Map<string, ProjectedSample>();
    const profiles = new Map<string, UsedProfile>();
    for (const sample of samples) {
      const day = dayOf(sample);
      const session = this.#sessions.get(identityOf(sample));
      if (!session || session.usedDay < day) sessions.set(identityOf(sample), sample);
      const { tenant, profile: json } = sample;
      const profile = this.#profilesOf(tenant).get(json);
      if (profile && profile.usedDay >= day) continue;
      const key = `${tenant}\u0000${json}`;
      profiles.set(key, { tenant, json, usedDay: Math.max(day, profiles.get(key)?.usedDay ?? 0) });
    }
    const missing = [...sessions.values()];
    for (let at = 0; at < missing.length; at += CHUNK)
      await this.#putSessions(client, missing.slice(at, at + CHUNK));
    if (profiles.size > 0) await this.#putProfiles(client, [...profiles.values()]);
  }

  async #putSessions(client: PoolClient, samples: readonly ProjectedSample[]): Promise<void> {
    const days = new Map(samples.map((sample) => [identityOf(sample), dayOf(sample)]));
    const { rows } = await client.query<
      [string, string, string, number, number, number | null, number | null]
    >({
      text: PUT_SESSIONS,
      rowMode: 'array',
      values: [
        samples.map(({ tenant }) => tenant),
        samples.map(({ droneId }) => droneId),
        samples.map(({ sessionId }) => sessionId),
        samples.map(({ sessionKey }) => sessionKey),
        samples.map((sample) => dayOf(sample) * DAY_MS),
      ],
    });
    for (const [tenant, droneId, sessionId, ref, droneRef, highest, lowest] of rows) {
      const identity = identityOf({ tenant, droneId, sessionId });
      this.#sessions.set(identity, {
        ...{ ref, droneRef, tenant, droneId, sessionId, usedDay: days.get(identity) ?? 0 },
        highestSeq: highest ?? -1,
        latestUs: -(lowest ?? 0),
      });
    }
  }

  async #putProfiles(client: PoolClient, profiles: readonly UsedProfile[]): Promise<void> {
    const byDigest = new Map(profiles.map((profile) => [digestOf(profile).toString('hex'), profile]));
    const given = [...byDigest.values()];
    const { rows } = await client.query<[Buffer, number]>({
      text: PUT_PROFILES,
      rowMode: 'array',
      values: [
        [...byDigest.keys()].map((digest) => Buffer.from(digest, 'hex')),
        given.map(({ tenant }) => tenant),
        given.map(({ json }) => json),
        given.map(({ usedDay }) => usedDay * DAY_MS),
      ],
    });
    for (const [digest, ref] of rows) {
      const { tenant, json, usedDay } = byDigest.get(digest.toString('hex')) as UsedProfile;
      this.#profilesOf(tenant).set(json, { ref, usedDay });
    }
  }
}

/** Ids hold no U+0000. */
const identityOf = ({
  tenant,
  droneId,
  sessionId,
}: Pick<Session, 'tenant' | 'droneId' | 'sessionId'>): string =>
  `${tenant}\u0000${droneId}\u0000${sessionId}`;

const dayOf = ({ receivedAtMs }: ProjectedSample): number => Math.floor(receivedAtMs / DAY_MS);

const digestOf = ({ tenant, json }: UsedProfile): Buffer =>
  createHash('sha256').update(`${tenant}\u0000${json}`).digest();
