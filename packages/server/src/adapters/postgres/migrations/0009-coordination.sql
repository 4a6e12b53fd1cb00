-- A conflict that was to be avoided may become a loss of separation: the relation tells it as what it is.
CREATE FUNCTION skein_retype() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE coordination_events SET event_type = coalesce(NEW.data ->> 'eventType', event_type)
  WHERE tenant = NEW.tenant AND event_id = NEW.id;
  RETURN NULL;
END
$$;
CREATE TRIGGER skein_unfold_type AFTER UPDATE ON skein_records FOR EACH ROW
WHEN (NEW.kind = 'coordination_event') EXECUTE FUNCTION skein_retype();
