-- Transaction ids (xid8) that come from another server may lie ahead of this one's counter. Until it has passed them,
-- rows written now would sort before the old ones, and whoever reads "from mark to now" would see nothing.
-- So ids ahead of the counter are brought down to just below it. What matters is kept: on which side of every mark
-- (an id in a table other than the events) each row lies. Rows between two marks come to share one id.
DO $restamp$
DECLARE
  place record;
  found bigint[];
  marks bigint[] := '{}';
  newest bigint := 0;
  counter bigint := pg_current_xact_id()::text::bigint;
  floor bigint;
BEGIN
  FOR place IN
    SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND udt_name = 'xid8'
  LOOP
    EXECUTE format('SELECT max(%I::text::bigint) FROM public.%I', place.column_name, place.table_name) INTO floor;
    newest := greatest(newest, floor);
    CONTINUE WHEN place.table_name = 'events_event';
    EXECUTE format('SELECT array_agg(DISTINCT %I::text::bigint) FROM public.%I', place.column_name, place.table_name)
      INTO found;
    marks := marks || coalesce(found, '{}');
  END LOOP;
  IF newest < counter THEN
    RETURN;
  END IF;
  -- A young server has not counted as far as there are marks: use ids up, each by a write that is undone.
  IF counter < cardinality(marks) + 5 THEN
    CREATE TEMPORARY TABLE used_up (n bigint) ON COMMIT DROP;
    FOR n IN 0 .. cardinality(marks) + 5 - counter LOOP
      BEGIN
        INSERT INTO used_up VALUES (n);
        RAISE SQLSTATE 'UNDO1';
      EXCEPTION WHEN SQLSTATE 'UNDO1' THEN NULL;
      END;
    END LOOP;
    DROP TABLE used_up;
    counter := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  END IF;
  floor := counter - cardinality(marks) - 1;
  marks := ARRAY(SELECT DISTINCT mark FROM unnest(marks || floor) mark WHERE mark >= floor ORDER BY mark);
  FOR place IN
    SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND udt_name = 'xid8'
  LOOP
    EXECUTE format(
      'UPDATE public.%1$I SET %2$I = ($1 + width_bucket(%2$I::text::bigint, $2) - 1)::text::xid8 WHERE %2$I >= $1::text::xid8',
      place.table_name, place.column_name
    ) USING floor, marks;
  END LOOP;
END
$restamp$;
-- Events written here before that, by a site that was not stopped, have ids below the last seal's end and are in no file:
-- they become this moment's, and so do links of visitors. From now on transactions are counted by this server.
DO $adopt$
DECLARE
  sealed xid8;
BEGIN
  IF to_regclass('public.events_lakeserver') IS NULL THEN
    RETURN;
  END IF;
  SELECT max(tx_hi) INTO sealed FROM public.events_seal;
  UPDATE public.events_event SET tx = pg_current_xact_id()
    WHERE tx < sealed AND id > (SELECT last_id FROM public.events_lakeserver);
  UPDATE public.events_visitorlink SET tx = pg_current_xact_id()
    WHERE tx < sealed AND at > (SELECT max(sealed_at) FROM public.events_seal);
  UPDATE public.events_lakeserver SET identifier = (SELECT system_identifier FROM pg_control_system());
END
$adopt$;
