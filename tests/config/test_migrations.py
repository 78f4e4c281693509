"""New migrations can be applied while the version before them still serves (docs/operations.md#upgrade)."""

import pytest
from django.apps import apps
from django.conf import settings
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements, get_sql_analyser_class

pytestmark = pytest.mark.slow

FLOORS = {"config", "events", "experiments", "community", "growth"}
OURS = [app.label for app in apps.get_app_configs() if app.name.partition(".")[0] in FLOORS]


@pytest.mark.django_db(transaction=True)  # some build an index concurrently
def test_no_migration_breaks_the_version_before_it():
    linter = MigrationLinter(
        str(settings.ROOT),
        include_apps=OURS,
        ignore_name_contains="0001_",
        exclude_migration_tests=["RUNPYTHON_MODEL_VARIABLE_NAME", "RUNPYTHON_MODEL_IMPORT"],
        no_cache=True,
        quiet=["ok", "ignore", "warning"],
    )
    linter.lint_all_migrations()
    assert linter.nb_total > 60
    assert linter.nb_valid >= 10
    assert not linter.has_errors


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE forum_topic ADD COLUMN mood integer NOT NULL;",
        "ALTER TABLE forum_topic DROP COLUMN title;",
        "ALTER TABLE forum_topic RENAME COLUMN title TO name;",
        "DROP TABLE forum_topic;",
        "ALTER TABLE forum_topic ALTER COLUMN title TYPE varchar(10);",
    ],
)
def test_the_linter_sees_what_would(sql):
    errors, _ignored, _warnings = analyse_sql_statements(get_sql_analyser_class("postgresql"), [sql])
    assert errors
