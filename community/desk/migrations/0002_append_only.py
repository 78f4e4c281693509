"""The trigger that keeps the audit append-only."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION desk_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER desk_act_append_only BEFORE UPDATE OR DELETE ON desk_act
  FOR EACH ROW EXECUTE FUNCTION desk_refuse();
"""
FREE = """
DROP TRIGGER desk_act_append_only ON desk_act;
DROP FUNCTION desk_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, FREE)]
