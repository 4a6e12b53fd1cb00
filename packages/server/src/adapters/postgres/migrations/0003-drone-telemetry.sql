-- The message as it was sent, from its row.
CREATE FUNCTION skein_telemetry_data(t skein_telemetry, session_id text, drone_id text, profile jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  built jsonb;
BEGIN
  IF t.verbatim THEN
    RETURN t.rest;
  END IF;
  built := jsonb_strip_nulls(jsonb_build_object(
    'sessionId', session_id,
    'timestamp', skein_timestamp(t."time"),
    'seq', CASE WHEN t.place >= 0 THEN t.place END,
    'drone', jsonb_build_object('id', drone_id),
    'position', skein_part(jsonb_build_object('x', t.east_m, 'y', t.north_m, 'z', t.up_m,
      'gps', skein_part(jsonb_build_object('latitude', t.latitude_deg, 'longitude', t.longitude_deg,
        'altitude', t.altitude_amsl_m)))),
    'telemetry', skein_part(jsonb_build_object('battery', t.battery_pct, 'signal', t.signal_pct,
      'temperature', t.temperature_c, 'speed', t.ground_speed_mps, 'heading', t.heading_deg)),
    'sensors', skein_part(jsonb_build_object(
      'accelerometer', skein_part(jsonb_build_object('x', t.accelerometer_x_mps2, 'y', t.accelerometer_y_mps2,
        'z', t.accelerometer_z_mps2)),
      'gyroscope', skein_part(jsonb_build_object('x', t.gyroscope_x_radps, 'y', t.gyroscope_y_radps,
        'z', t.gyroscope_z_radps)),
      'magnetometer', skein_part(jsonb_build_object('x', t.magnetometer_x_ut, 'y', t.magnetometer_y_ut,
        'z', t.magnetometer_z_ut)))),
    'mission', skein_part(jsonb_build_object('waypoint', t.waypoint))));
  built := skein_merge(profile, built);
  IF t.rest IS NULL THEN
    RETURN built;
  END IF;
  RETURN skein_merge(built, t.rest);
END
$$;

CREATE VIEW drone_telemetry AS
SELECT t.id, s.session_id, d.drone_id, t."time" AS "timestamp",
  skein_telemetry_data(t, s.session_id, d.drone_id, p.json) AS data,
  t.received_at, t.processed, d.tenant
FROM skein_telemetry t
JOIN skein_sessions s USING (session_ref)
JOIN skein_drones d ON d.drone_ref = t.drone_ref
JOIN skein_profiles p USING (profile_ref);

-- A row written by someone else's SQL is kept as it is; a repeat of a stored one gets that one's id.
CREATE FUNCTION skein_insert_telemetry() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  row skein_telemetry;
  key text;
  seq jsonb := NEW.data -> 'seq';
BEGIN
  NEW.tenant := coalesce(NEW.tenant, 'default');
  NEW.received_at := coalesce(NEW.received_at, now());
  NEW.processed := coalesce(NEW.processed, false);
  INSERT INTO skein_drones AS d (tenant, drone_id) VALUES (NEW.tenant, NEW.drone_id)
    ON CONFLICT (tenant, drone_id) DO UPDATE SET drone_id = d.drone_id RETURNING d.drone_ref INTO row.drone_ref;
  key := left(encode(sha256(convert_to(NEW.tenant, 'UTF8') || '\x00' || convert_to(NEW.drone_id, 'UTF8') || '\x00'
    || convert_to(NEW.session_id, 'UTF8') || '\x00' || convert_to('telemetry', 'UTF8')), 'hex'), 16);
  INSERT INTO skein_sessions AS s (drone_ref, session_id, session_key, used_at)
    VALUES (row.drone_ref, NEW.session_id, key, NEW.received_at)
    ON CONFLICT (drone_ref, session_id) DO UPDATE SET used_at = greatest(s.used_at, excluded.used_at)
    RETURNING s.session_ref INTO row.session_ref;
  INSERT INTO skein_profiles AS p (digest, json, used_at) VALUES (sha256('{}'), '{}', NEW.received_at)
    ON CONFLICT (digest) DO UPDATE SET used_at = greatest(p.used_at, excluded.used_at)
    RETURNING p.profile_ref INTO row.profile_ref;
  row.place := CASE
    WHEN jsonb_typeof(seq) = 'number' AND seq::numeric BETWEEN 0 AND 9007199254740991 AND seq::numeric % 1 = 0
    THEN seq::numeric::bigint ELSE -skein_us(NEW."timestamp") END;

  -- One writer of a session at a time, so that the same sample cannot enter two partitions.
  PERFORM pg_advisory_xact_lock(726513, hashtext(key));
  SELECT t.id INTO NEW.id FROM skein_telemetry t WHERE t.session_ref = row.session_ref AND t.place = row.place;
  IF FOUND THEN
    RETURN NEW;
  END IF;
  IF NEW."timestamp" BETWEEN NEW.received_at - interval '40 days' AND NEW.received_at + interval '1 day' THEN
    PERFORM skein_open_partition((NEW."timestamp" AT TIME ZONE 'UTC')::date);
  END IF;
  row.id := nextval('skein_telemetry_id');
  row."time" := NEW."timestamp";
  row.received_at := NEW.received_at;
  row.channel := 1;
  row.verbatim := true;
  row.processed := NEW.processed;
  row.rest := NEW.data;
  row.east_m := skein_number(NEW.data, 'position', 'x');
  row.north_m := skein_number(NEW.data, 'position', 'y');
  row.up_m := skein_number(NEW.data, 'position', 'z');
  row.latitude_deg := skein_number(NEW.data, 'position', 'gps', 'latitude');
  row.longitude_deg := skein_number(NEW.data, 'position', 'gps', 'longitude');
  row.altitude_amsl_m := skein_number(NEW.data, 'position', 'gps', 'altitude');
  row.battery_pct := skein_number(NEW.data, 'telemetry', 'battery');
  row.signal_pct := skein_number(NEW.data, 'telemetry', 'signal');
  row.temperature_c := skein_number(NEW.data, 'telemetry', 'temperature');
  row.ground_speed_mps := skein_number(NEW.data, 'telemetry', 'speed');
  row.heading_deg := skein_number(NEW.data, 'telemetry', 'heading');
  row.accelerometer_x_mps2 := skein_number(NEW.data, 'sensors', 'accelerometer', 'x');
  row.accelerometer_y_mps2 := skein_number(NEW.data, 'sensors', 'accelerometer', 'y');
  row.accelerometer_z_mps2 := skein_number(NEW.data, 'sensors', 'accelerometer', 'z');
  row.gyroscope_x_radps := skein_number(NEW.data, 'sensors', 'gyroscope', 'x');
  row.gyroscope_y_radps := skein_number(NEW.data, 'sensors', 'gyroscope', 'y');
  row.gyroscope_z_radps := skein_number(NEW.data, 'sensors', 'gyroscope', 'z');
  row.magnetometer_x_ut := skein_number(NEW.data, 'sensors', 'magnetometer', 'x');
  row.magnetometer_y_ut := skein_number(NEW.data, 'sensors', 'magnetometer', 'y');
  row.magnetometer_z_ut := skein_number(NEW.data, 'sensors', 'magnetometer', 'z');
  row.waypoint := skein_number(NEW.data, 'mission', 'waypoint');
  INSERT INTO skein_telemetry SELECT row.*;
  NEW.id := row.id;
  RETURN NEW;
END
$$;
CREATE TRIGGER skein_insert INSTEAD OF INSERT ON drone_telemetry
  FOR EACH ROW EXECUTE FUNCTION skein_insert_telemetry();

-- `processed` is the one thing about a sample that may change.
CREATE FUNCTION skein_update_telemetry() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE skein_telemetry t SET processed = NEW.processed FROM skein_drones d
    WHERE d.tenant = OLD.tenant AND d.drone_id = OLD.drone_id
      AND t.drone_ref = d.drone_ref AND t."time" = OLD."timestamp" AND t.id = OLD.id;
  RETURN NEW;
END
$$;
CREATE TRIGGER skein_update INSTEAD OF UPDATE ON drone_telemetry
  FOR EACH ROW EXECUTE FUNCTION skein_update_telemetry();
