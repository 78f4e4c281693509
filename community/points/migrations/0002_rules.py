"""The rule sets and privileges that a site starts with, and the triggers that keep the ledger append-only."""

from django.db import migrations

VOTES = {"pool": "votes", "cap": 200}
STACKEXCHANGE = {
    "joined": {"points": 1},
    "question_upvoted": {"points": 10, **VOTES},
    "answer_upvoted": {"points": 10, **VOTES},
    "post_upvoted": {"points": 10, **VOTES},
    "question_downvoted": {"points": -2},
    "answer_downvoted": {"points": -2},
    "post_downvoted": {"points": -2},
    "answer_accepted": {"points": 15},
    "accepted_answer": {"points": 2},
    "downvoted_answer": {"points": -1},
}
EXTRAS = {
    "first_post": {"points": 5},
    "streak": {"points": 1},
    "topics_read": {"points": 1},
    "share": {"points": 1, "pool": "share", "cap": 10},
    "invited_active": {"points": 25},
}
SETS = {
    "stackexchange": ("As Stack Exchange counts since November 2019", STACKEXCHANGE),
    "stackexchange-2018": (
        "As Stack Exchange counted in 2018: 5 for a question voted up",
        {**STACKEXCHANGE, "question_upvoted": {"points": 5, **VOTES}},
    ),
    "default": ("stackexchange, and points for a start, for coming back and for bringing others", STACKEXCHANGE | EXTRAS),
}
PRIVILEGES = {"vote-up": 15, "comment": 50, "vote-down": 125, "create-tag": 150, "edit": 2000, "close": 3000}

APPEND_ONLY = """
CREATE FUNCTION points_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER points_entry_append_only BEFORE UPDATE OR DELETE ON points_entry
  FOR EACH ROW EXECUTE FUNCTION points_refuse();
CREATE TRIGGER points_rule_append_only BEFORE UPDATE OF set_id, name, version, points, pool, cap ON points_rule
  FOR EACH ROW EXECUTE FUNCTION points_refuse();
"""
FREE = """
DROP TRIGGER points_rule_append_only ON points_rule;
DROP TRIGGER points_entry_append_only ON points_entry;
DROP FUNCTION points_refuse();
"""


def seed(apps, schema_editor):
    rule_set, rule, privilege = (apps.get_model("points", name) for name in ("RuleSet", "Rule", "Privilege"))
    for name, (description, rules) in SETS.items():
        made = rule_set.objects.create(name=name, description=description, active=name == "default")
        rule.objects.bulk_create(rule(set=made, name=key, **terms) for key, terms in rules.items())
    privilege.objects.bulk_create(privilege(name=name, points=points) for name, points in PRIVILEGES.items())


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunSQL(APPEND_ONLY, FREE),
    ]
