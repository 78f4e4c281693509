"""Each of the kinds of reports, as its page, its table and the API show it on a few weeks of a community."""

from datetime import timedelta

import pytest
from django.utils import timezone

from growth.reports.kinds import KINDS
from growth.reports.models import Answer
from tests.growth import community

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ASKED = ("retention", "funnel", "lifecycle", "stickiness", "active_members", "metrics")


@pytest.mark.parametrize("key", ASKED)
def test_it_is_answered_shown_and_told(boss, answer_all, key):
    community.draw(7, until=timezone.now() - timedelta(days=1), topics=20)
    boss.get(f"/admin/analytics/{key}/")
    answer_all()
    assert list(Answer.objects.values_list("state", "fault")) == [("done", "")]
    assert 'class="result"' in boss.get(f"/admin/analytics/{key}/").content.decode()
    assert boss.get(f"/admin/analytics/{key}/csv/").content.count(b"\n") > 1
    told = boss.get(f"/api/v1/analytics/{key}/").json()
    assert told["result"] == Answer.objects.get().result


def test_all_of_them_are_registered():
    assert set(ASKED) <= set(KINDS)
