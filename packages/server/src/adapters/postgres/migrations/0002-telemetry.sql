CREATE TABLE skein_drones (
  drone_ref bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text NOT NULL,
  drone_id text NOT NULL,
  UNIQUE (tenant, drone_id)
);

CREATE TABLE skein_sessions (
  session_ref bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  drone_ref bigint NOT NULL,
  session_id text NOT NULL,
  session_key text NOT NULL,
  used_at timestamptz NOT NULL,
  UNIQUE (drone_ref, session_id)
);
CREATE INDEX ON skein_sessions (session_key);
CREATE INDEX ON skein_sessions (used_at);

-- By digest: a profile may be longer than an index entry.
CREATE TABLE skein_profiles (
  profile_ref bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest bytea NOT NULL UNIQUE,
  json jsonb NOT NULL,
  used_at timestamptz NOT NULL
);
CREATE INDEX ON skein_profiles (used_at);

-- Eight-byte columns first: no padding. The unique key (session_ref, place) is each partition's own.
CREATE SEQUENCE skein_telemetry_id CACHE 1000;
CREATE TABLE skein_telemetry (
  id bigint NOT NULL DEFAULT nextval('skein_telemetry_id'),
  session_ref bigint NOT NULL,
  place bigint NOT NULL,
  drone_ref bigint NOT NULL,
  "time" timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  profile_ref bigint NOT NULL,
  east_m double precision,
  north_m double precision,
  up_m double precision,
  latitude_deg double precision,
  longitude_deg double precision,
  altitude_amsl_m double precision,
  battery_pct double precision,
  signal_pct double precision,
  temperature_c double precision,
  ground_speed_mps double precision,
  heading_deg double precision,
  accelerometer_x_mps2 double precision,
  accelerometer_y_mps2 double precision,
  accelerometer_z_mps2 double precision,
  gyroscope_x_radps double precision,
  gyroscope_y_radps double precision,
  gyroscope_z_radps double precision,
  magnetometer_x_ut double precision,
  magnetometer_y_ut double precision,
  magnetometer_z_ut double precision,
  waypoint double precision,
  channel smallint NOT NULL,
  verbatim boolean NOT NULL,
  processed boolean NOT NULL DEFAULT false,
  rest jsonb
) PARTITION BY RANGE ("time");
CREATE INDEX ON skein_telemetry (drone_ref, "time", place);
-- For other people's SQL over a span of time; rows arrive nearly in its order, so that it is small and costs nothing.
CREATE INDEX ON skein_telemetry USING brin ("time") WITH (autosummarize = on);

-- Where samples go that are too old for a partition of their own day.
CREATE TABLE skein_telemetry_late PARTITION OF skein_telemetry DEFAULT;
CREATE UNIQUE INDEX ON skein_telemetry_late (session_ref, place);
CREATE INDEX ON skein_telemetry_late (received_at);

-- Grows when sessions or profiles were dropped: what a writer remembers of them may be gone.
CREATE TABLE skein_epoch (number bigint NOT NULL);
INSERT INTO skein_epoch VALUES (1);

CREATE TABLE skein_positions (
  journal_id text PRIMARY KEY,
  position bigint NOT NULL
);

-- Makes the partition of a day (UTC). Where samples of that day already lie in the late partition they stay there.
CREATE FUNCTION skein_open_partition(day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  name text := 'skein_telemetry_' || to_char(day, 'YYYYMMDD');
BEGIN
  PERFORM pg_advisory_xact_lock(7265130001);
  IF to_regclass(name) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE skein_telemetry INCLUDING DEFAULTS)', name);
  EXECUTE format('CREATE UNIQUE INDEX ON %I (session_ref, place)', name);
  EXECUTE format('ALTER TABLE skein_telemetry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
    day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
EXCEPTION WHEN check_violation THEN
  RETURN;
END
$$;
