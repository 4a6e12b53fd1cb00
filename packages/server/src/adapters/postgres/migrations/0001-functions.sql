-- Instants to and from integer microseconds since 1970, the form the adapter speaks.
CREATE FUNCTION skein_time(us bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT timestamptz 'epoch' + us * interval '1 microsecond'
$$;

CREATE FUNCTION skein_us("time" timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (extract(epoch FROM $1) * 1000000)::bigint
$$;

-- Canonical text: milliseconds, microseconds only where there are any.
CREATE FUNCTION skein_timestamp("time" timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_char($1 AT TIME ZONE 'UTC',
    CASE WHEN skein_us($1) % 1000 = 0 THEN 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"' END)
$$;

-- Fields of b laid over a, object into object.
CREATE FUNCTION skein_merge(a jsonb, b jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF jsonb_typeof(a) = 'object' AND jsonb_typeof(b) = 'object' THEN
    RETURN a || (SELECT coalesce(jsonb_object_agg(key, skein_merge(a -> key, value)), '{}') FROM jsonb_each(b));
  END IF;
  RETURN b;
END
$$;

-- An object without the parts that are null or empty; null where nothing is left.
CREATE FUNCTION skein_part(fields jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT nullif(jsonb_strip_nulls($1), '{}')
$$;

CREATE FUNCTION skein_number(message jsonb, VARIADIC path text[]) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN jsonb_typeof($1 #> $2) = 'number' THEN ($1 #>> $2)::double precision END
$$;
