CREATE TABLE api_keys (
  id text PRIMARY KEY,
  name text NOT NULL,
  tenant text NOT NULL DEFAULT 'default',
  permissions text[] NOT NULL,
  drone_id text,
  hash text NOT NULL,
  prefix text NOT NULL,
  rate_per_minute double precision,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

CREATE TABLE revoked_tokens (
  jti text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

CREATE TABLE skein_revision (number bigint NOT NULL);
INSERT INTO skein_revision VALUES (0);

-- `entry` is what the hash covers; the other columns say the same for those who read with SQL.
CREATE TABLE audit_log (
  id bigint PRIMARY KEY,
  tenant text NOT NULL DEFAULT 'default',
  created_at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  outcome text NOT NULL,
  entry json NOT NULL,
  previous_hash text NOT NULL,
  hash text NOT NULL
);
CREATE INDEX ON audit_log (tenant, id);

CREATE FUNCTION skein_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER skein_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION skein_refuse_change();
