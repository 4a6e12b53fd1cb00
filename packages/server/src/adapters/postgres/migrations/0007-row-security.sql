-- Tenants kept apart in depth: a query that forgets the tenant shows nothing to whoever is not the owner. The server, and
-- whoever else connects as the owner, is not held by policies; the others see the tenant of `SET skein.tenant = '…'`.
ALTER TABLE skein_profiles ADD COLUMN tenant text;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['skein_drones', 'drone_anomalies', 'missions', 'charging_sessions', 'coordination_events',
    'drone_telemetry_snapshots', 'hourly_analytics', 'performance_metrics', 'trends', 'insights', 'api_keys', 'audit_log',
    'commands', 'geofences']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY skein_tenant ON %I USING (tenant = current_setting(''skein.tenant'', true))', name);
  END LOOP;
END
$$;

-- What is empty is nobody's; a profile of before this migration is nobody's either, and not shown.
ALTER TABLE skein_profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY skein_tenant ON skein_profiles
  USING (tenant = current_setting('skein.tenant', true) OR json = '{}');

-- The policy of skein_drones holds within.
ALTER TABLE skein_sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY skein_tenant ON skein_sessions USING (drone_ref IN (SELECT drone_ref FROM skein_drones));
ALTER TABLE skein_telemetry ENABLE ROW LEVEL SECURITY;
CREATE POLICY skein_tenant ON skein_telemetry USING (drone_ref IN (SELECT drone_ref FROM skein_drones));

-- Roles are the cluster's, not the database's: it may be there already, or be made by another database at this moment.
DO $$
BEGIN
  IF to_regrole('skein_reader') IS NULL THEN
    CREATE ROLE skein_reader NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN
    NULL;
  WHEN insufficient_privilege THEN
    RAISE NOTICE 'The role skein_reader is not there and % may not make it: nothing is granted to it.', current_user;
END
$$;

DO $$
BEGIN
  IF to_regrole('skein_reader') IS NULL THEN
    RETURN;
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO skein_reader', current_schema());
  GRANT SELECT ON drone_anomalies, missions, charging_sessions, coordination_events, drone_telemetry_snapshots,
    hourly_analytics, performance_metrics, trends, insights, api_keys, audit_log, commands, geofences TO skein_reader;
END
$$;

-- Before 15 a view reads with its owner's rights, past every policy: there it stays the owner's.
DO $$
BEGIN
  IF current_setting('server_version_num')::integer < 150000 THEN
    RAISE NOTICE 'Before PostgreSQL 15 skein_reader does not read drone_telemetry.';
    RETURN;
  END IF;
  EXECUTE 'ALTER VIEW drone_telemetry SET (security_invoker = true)';
  IF to_regrole('skein_reader') IS NOT NULL THEN
    GRANT SELECT ON drone_telemetry, skein_telemetry, skein_sessions, skein_drones, skein_profiles TO skein_reader;
  END IF;
END
$$;
