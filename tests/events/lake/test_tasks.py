"""The work on the lake as Celery knows it."""

import pytest
from django.conf import settings

from events import tasks


@pytest.mark.parametrize("task", [tasks.seal, tasks.compact, tasks.cool])
def test_no_task_is_given_to_a_second_worker_while_the_first_is_at_it(task):
    assert task.time_limit < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] or not task.acks_late
