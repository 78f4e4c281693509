"""Where tests put their rows. (`make test` asks for this one first, while it lints: it makes the template.)"""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from community.members.models import Member


@pytest.mark.django_db
def test_a_process_has_a_migrated_database_of_its_own():
    assert connection.settings_dict["NAME"].startswith("fw_test_")
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert not Member.objects.exists()
