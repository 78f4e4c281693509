"""Owners hear once a day how their experiments stand, in their language."""

from datetime import timedelta

import numpy as np
import pytest

from experiments.report import news
from experiments.report.refreshing import reports
from tests.experiments.report.building_data import START, drawn, experiment, fill, metric

pytestmark = pytest.mark.django_db


def started(key, owner, **fields):
    version = metric(f"kept-{key}")
    made = experiment(key, versions={version: "primary"}, owner=owner, **fields)
    units = drawn(1200)
    units.y = {"kept": (np.random.default_rng(5).random(1200) < 0.3).astype(np.int64)}
    fill(made, units, {"kept": version})
    reports([made.pk], START + timedelta(days=12))
    return made


def test_each_owner_has_one_letter_with_what_wants_a_decision_first(member_named, mailoutbox):
    olga, rita = (member_named(name, is_staff=True) for name in ("olga", "rita"))
    started("slow", olga, planned_units=9000)
    done = started("done", olga, planned_units=1000)
    started("other", rita)
    assert news.digest() == 2
    letter = next(mail for mail in mailoutbox if mail.to == ["olga@example.org"])
    assert letter.subject.endswith("2 experiments of yours are running")
    assert letter.body.index("Review: kept-done shows no difference") < letter.body.index("Collecting: about")
    assert done.get_absolute_url() in letter.body


def test_a_second_bell_on_the_same_day_writes_no_second_letters(member_named, mailoutbox):
    started("guide", member_named("olga", is_staff=True))
    assert (news.digest(), news.digest(), len(mailoutbox)) == (1, 0, 1)


def test_letters_are_in_the_owners_language(member_named, mailoutbox):
    started("guide", member_named("olga", is_staff=True, language="zh-hans"), planned_units=9000)
    news.digest()
    assert "收集中：大约还要" in mailoutbox[0].body


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_staff": True, "is_active": False}])
def test_who_is_staff_no_more_is_told_nothing(member_named, mailoutbox, fields):
    started("guide", member_named("olga", **fields))
    assert news.digest() == 0
    assert mailoutbox == []
