"""Chinese and Japanese stand without spaces, and a run of them is one word to PostgreSQL: experiments are found by pairs
of neighbouring signs too, as experiments/listing.py asks for them."""

from django.db import migrations

PAIRS = """
CREATE FUNCTION experiments_pairs(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(substr(run[1], place, 2), ' ' ORDER BY n, place), '')
    FROM regexp_matches(said, '[\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af]{2,}', 'g') WITH ORDINALITY AS found(run, n),
        generate_series(1, length(run[1]) - 1) place
$$;
"""
WORDS = """
CREATE OR REPLACE FUNCTION experiments_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.words :=
        setweight(to_tsvector('simple', NEW.key || ' ' || NEW.name || ' ' || array_to_string(NEW.tags, ' ')), 'A') ||
        setweight(to_tsvector('english', NEW.name || ' ' || NEW.learnings), 'B') ||
        setweight(to_tsvector('english', NEW.hypothesis || ' ' || NEW.description), 'C') ||
        setweight(to_tsvector('simple', experiments_pairs(concat_ws(' ', NEW.name, array_to_string(NEW.tags, ' '),
            NEW.hypothesis, NEW.description, NEW.learnings))), 'C');
    RETURN NEW;
END $$;
UPDATE experiments_experiment SET name = name;
"""


class Migration(migrations.Migration):
    dependencies = [("experiments", "0006_rollout_steps")]

    operations = [
        migrations.RunSQL(PAIRS, migrations.RunSQL.noop),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
    ]
