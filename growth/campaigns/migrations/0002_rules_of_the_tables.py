"""What models cannot say: history that stays, final states that are final, a hash for the planner, the first rows."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION campaigns_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER campaign_change_append_only BEFORE UPDATE OR DELETE ON campaigns_campaignchange
    FOR EACH ROW EXECUTE FUNCTION campaigns_append_only();
CREATE TRIGGER allocation_append_only BEFORE UPDATE ON campaigns_allocation
    FOR EACH ROW EXECUTE FUNCTION campaigns_append_only();
"""
FINAL = """
CREATE FUNCTION campaigns_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'delivery % has ended as %', OLD.id, OLD.state; END $$;
CREATE TRIGGER campaign_delivery_final BEFORE UPDATE ON campaigns_delivery
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL AND NEW.state <> OLD.state AND NEW.replays = OLD.replays)
    EXECUTE FUNCTION campaigns_final();
"""
# A queue and a ledger in one: rows change two or three times, soon after each other.
QUEUE = """
ALTER TABLE campaigns_delivery SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
"""
# experiments.bucketing's hash, version 2, so that an audience is frozen with its variations in one statement. `state`
# is fnv32a(seed); the answer is in ten-thousandths.
BUCKET = """
CREATE FUNCTION campaigns_bucket(state bigint, unit text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    hash bigint := state;
    again text;
    sign integer;
BEGIN
    FOR sign IN 1..length(unit) LOOP
        hash := ((hash # ascii(substr(unit, sign, 1))) * 16777619) & 4294967295;
    END LOOP;
    again := hash::text;
    hash := 2166136261;
    FOR sign IN 1..length(again) LOOP
        hash := ((hash # ascii(substr(again, sign, 1))) * 16777619) & 4294967295;
    END LOOP;
    RETURN hash % 10000;
END $$;
"""
FIRST_ROWS = """
INSERT INTO campaigns_frequencycap (priority, per_day, per_week) VALUES (1, 1, 3), (2, 2, 5), (3, 4, 10), (4, NULL, NULL);
INSERT INTO campaigns_quiethours (member_id, since, until) VALUES (NULL, '22:00', '08:00');
INSERT INTO campaigns_subscriptiontopic (key, name, description, on_at_first) VALUES
    ('questions', 'Questions for you', 'Unanswered questions in your tags.', true),
    ('missed', 'What you missed', 'What others liked while you were away.', true),
    ('news', 'News of the site', 'What is new here.', true);
INSERT INTO campaigns_provider (key, name, channel, config, secret, active, created_at) VALUES
    ('mail', 'Mail', 'email', '{}', '', true, now()),
    ('site', 'On the site', 'inapp', '{}', '', true, now());
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_tables")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION campaigns_append_only() CASCADE;"),
        migrations.RunSQL(FINAL, "DROP FUNCTION campaigns_final() CASCADE;"),
        migrations.RunSQL(QUEUE, migrations.RunSQL.noop),
        migrations.RunSQL(BUCKET, "DROP FUNCTION campaigns_bucket(bigint, text);"),
        migrations.RunSQL(FIRST_ROWS, migrations.RunSQL.noop),
    ]
