"""What a segment once meant is never rewritten."""

from django.db import migrations

STAND = """
CREATE FUNCTION segments_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version of a segment is never changed: make the next one' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER segments_version_stands BEFORE UPDATE ON segments_segmentversion
  FOR EACH ROW EXECUTE FUNCTION segments_refuse();
"""
FREE = """
DROP TRIGGER segments_version_stands ON segments_segmentversion;
DROP FUNCTION segments_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_segments")]

    operations = [migrations.RunSQL(STAND, FREE)]
