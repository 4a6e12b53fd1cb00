-- What lives and changes: commands, missions, geofences. Each row is a record at its highest version.
CREATE TABLE skein_records (
  record_ref bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text NOT NULL,
  kind text NOT NULL,
  id text NOT NULL,
  version integer NOT NULL,
  drone_id text,
  state text NOT NULL,
  created_ms bigint NOT NULL,
  changed_ms bigint NOT NULL,
  started_ms bigint,
  ended_ms bigint,
  data jsonb NOT NULL,
  UNIQUE (tenant, kind, id)
);
CREATE INDEX ON skein_records (tenant, kind, created_ms);
CREATE INDEX ON skein_records (ended_ms);
ALTER TABLE skein_records ENABLE ROW LEVEL SECURITY;
CREATE POLICY skein_tenant ON skein_records USING (tenant = current_setting('skein.tenant', true));

ALTER TABLE charging_sessions ADD COLUMN session_id text;
ALTER TABLE charging_sessions ADD UNIQUE (tenant, session_id);

-- The relations that analysts read hold the same records in columns of their own; they stay tables, and take rows of others too.
CREATE FUNCTION skein_unfold() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  created timestamptz := skein_time(NEW.created_ms * 1000);
  changed timestamptz := skein_time(NEW.changed_ms * 1000);
  started timestamptz := skein_time(NEW.started_ms * 1000);
  ended timestamptz := skein_time(NEW.ended_ms * 1000);
BEGIN
  CASE NEW.kind
    WHEN 'mission' THEN
      INSERT INTO missions (tenant, mission_id, name, mission_type, status, priority, drone_id, data, created_at, started_at,
        completed_at, actual_duration_minutes)
      VALUES (NEW.tenant, NEW.id, NEW.data ->> 'name', NEW.data ->> 'type', NEW.state, NEW.data ->> 'priority', NEW.drone_id,
        NEW.data, created, started, ended, extract(epoch FROM ended - coalesce(started, created)) / 60)
      ON CONFLICT (tenant, mission_id) DO UPDATE SET name = excluded.name, mission_type = excluded.mission_type,
        status = excluded.status, priority = excluded.priority, drone_id = excluded.drone_id, data = excluded.data,
        started_at = excluded.started_at, completed_at = excluded.completed_at,
        actual_duration_minutes = excluded.actual_duration_minutes;
    WHEN 'command' THEN
      INSERT INTO commands (tenant, command_id, drone_id, command, status, data, created_at, updated_at, expires_at)
      VALUES (NEW.tenant, NEW.id, NEW.drone_id, coalesce(NEW.data ->> 'command', 'unknown'), NEW.state, NEW.data, created, changed,
        skein_time((NEW.data ->> 'notAfterMs')::double precision::bigint * 1000))
      ON CONFLICT (tenant, command_id) DO UPDATE SET status = excluded.status, data = excluded.data,
        updated_at = excluded.updated_at, expires_at = excluded.expires_at;
    WHEN 'geofence' THEN
      IF NEW.ended_ms IS NULL THEN
        INSERT INTO geofences (tenant, geofence_id, name, geometry, created_at)
        VALUES (NEW.tenant, NEW.id, NEW.data ->> 'name', coalesce(NEW.data -> 'geometry', NEW.data), created)
        ON CONFLICT (tenant, geofence_id) DO UPDATE SET name = excluded.name, geometry = excluded.geometry;
      ELSE
        DELETE FROM geofences WHERE tenant = NEW.tenant AND geofence_id = NEW.id;
      END IF;
    WHEN 'charging_session' THEN
      INSERT INTO charging_sessions (tenant, session_id, drone_id, start_battery_percentage, end_battery_percentage, start_time,
        end_time)
      VALUES (NEW.tenant, NEW.id, NEW.drone_id, (NEW.data ->> 'startBatteryPct')::double precision,
        (NEW.data ->> 'endBatteryPct')::double precision, coalesce(started, created), ended)
      ON CONFLICT (tenant, session_id) DO UPDATE SET end_battery_percentage = excluded.end_battery_percentage,
        end_time = excluded.end_time;
    WHEN 'coordination_event' THEN
      INSERT INTO coordination_events (tenant, event_id, event_type, drone_ids, resolution_time_ms, data, created_at, resolved_at)
      VALUES (NEW.tenant, NEW.id, coalesce(NEW.data ->> 'eventType', 'collision_avoidance'),
        ARRAY(SELECT jsonb_array_elements_text(coalesce(NEW.data -> 'droneIds', '[]'))),
        (NEW.data ->> 'resolutionTimeMs')::double precision, NEW.data, created, ended)
      ON CONFLICT (tenant, event_id) DO UPDATE SET drone_ids = excluded.drone_ids,
        resolution_time_ms = excluded.resolution_time_ms, data = excluded.data, resolved_at = excluded.resolved_at;
    ELSE
      NULL;
  END CASE;
  RETURN NULL;
END
$$;
CREATE TRIGGER skein_unfold AFTER INSERT OR UPDATE ON skein_records FOR EACH ROW EXECUTE FUNCTION skein_unfold();

DO $$
BEGIN
  IF to_regrole('skein_reader') IS NOT NULL THEN
    GRANT SELECT ON skein_records TO skein_reader;
  END IF;
END
$$;
