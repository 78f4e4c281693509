"""What models cannot say: history that stays as it was written, words to search by, the first environment."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION experiments_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER flag_change_append_only BEFORE UPDATE OR DELETE ON experiments_flagchange
    FOR EACH ROW EXECUTE FUNCTION experiments_append_only();
CREATE TRIGGER experiment_change_append_only BEFORE UPDATE OR DELETE ON experiments_experimentchange
    FOR EACH ROW EXECUTE FUNCTION experiments_append_only();
CREATE TRIGGER metric_version_append_only BEFORE UPDATE ON experiments_metricversion
    FOR EACH ROW EXECUTE FUNCTION experiments_append_only();
CREATE TRIGGER lease_stays BEFORE DELETE ON experiments_lease
    FOR EACH ROW EXECUTE FUNCTION experiments_append_only();
"""
# Chinese and Japanese stand without spaces, and a run of them is one word to PostgreSQL: experiments are found by pairs
# of neighbouring signs too, as experiments/listing.py asks for them.
PAIRS = """
CREATE FUNCTION experiments_pairs(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(substr(run[1], place, 2), ' ' ORDER BY n, place), '')
    FROM regexp_matches(said, '[\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af]{2,}', 'g') WITH ORDINALITY AS found(run, n),
        generate_series(1, length(run[1]) - 1) place
$$;
"""
WORDS = """
CREATE FUNCTION experiments_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.words :=
        setweight(to_tsvector('simple', NEW.key || ' ' || NEW.name || ' ' || array_to_string(NEW.tags, ' ')), 'A') ||
        setweight(to_tsvector('english', NEW.name || ' ' || NEW.learnings), 'B') ||
        setweight(to_tsvector('english', NEW.hypothesis || ' ' || NEW.description), 'C') ||
        setweight(to_tsvector('simple', experiments_pairs(concat_ws(' ', NEW.name, array_to_string(NEW.tags, ' '),
            NEW.hypothesis, NEW.description, NEW.learnings))), 'C');
    RETURN NEW;
END $$;
CREATE TRIGGER experiment_words BEFORE INSERT OR UPDATE OF key, name, tags, hypothesis, description, learnings
    ON experiments_experiment FOR EACH ROW EXECUTE FUNCTION experiments_words();
"""
# Tables of waffle's own flag model, which no model owns here: with their foreign keys TRUNCATE in tests is refused.
ORPHANS = """
DO $$
DECLARE orphan record;
BEGIN
    FOR orphan IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid IN (to_regclass('waffle_flag_users'), to_regclass('waffle_flag_groups'))
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', orphan.place, orphan.conname); END LOOP;
END $$;
"""
PRODUCTION = """
INSERT INTO experiments_environment (key, name) VALUES ('production', 'Production') ON CONFLICT DO NOTHING;
INSERT INTO experiments_edition (environment_id, version) SELECT id, 0 FROM experiments_environment;
"""


class Migration(migrations.Migration):
    dependencies = [("experiments", "0001_tables"), ("waffle", "0004_update_everyone_nullbooleanfield")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.RunSQL(PAIRS, migrations.RunSQL.noop),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
        migrations.RunSQL(ORPHANS, migrations.RunSQL.noop),
        migrations.RunSQL(PRODUCTION, migrations.RunSQL.noop),
    ]
