import pytest
from django.db import connection
from django.db.models import Q

from experiments import listing
from experiments.models import Experiment
from tests.experiments import builders

pytestmark = pytest.mark.django_db


def keys(**asked) -> list[str]:
    return [row.key for row in listing.page(**asked).rows]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("新成员", True),
        ("例子", True),
        ("成员想", True),
        ("老成员", False),
        ("例子 -新成员", False),
        ("guide", True),
        ("guided", True),  # by its stem
        ("guide-1", True),
        ("onboarding", True),
        ('"want examples"', True),
        ('"examples want"', False),
        ("examples or nowhere", True),
        ("   ", True),
        ("' & | ! (", True),
        ("\\", True),
    ],
)
def test_words_are_found_in_both_languages(words, found):
    builders.new_experiment(
        "guide-1",
        name="Guides",
        tags=["onboarding"],
        hypothesis="Newcomers want examples.",
        description="新成员想要例子。",
    )

    assert keys(words=words) == (["guide-1"] if found else [])


def test_the_next_page_begins_after_the_last_row():
    made = [builders.new_experiment().key for _ in range(5)]

    first = listing.page(size=2)
    second = listing.page(size=2, before=first.after)
    third = listing.page(size=2, before=second.after)

    assert [row.key for one in (first, second, third) for row in one.rows] == made[::-1]
    assert third.after is None


@pytest.mark.parametrize("near", [1, 3, 50_000])
def test_what_is_not_near_is_found_all_the_same(monkeypatch, near):
    monkeypatch.setattr(listing, "NEAR", near)
    made = [builders.new_experiment(tags=["old"] if n < 3 else []).key for n in range(8)]

    first = listing.page(words="old", size=2)
    second = listing.page(words="old", size=2, before=first.after)

    assert [row.key for row in (*first.rows, *second.rows)] == made[2::-1]
    assert second.after is None


def test_where_looking_takes_too_long_the_next_page_looks_on(monkeypatch):
    monkeypatch.setattr(listing, "NEAR", 2)
    made = [builders.new_experiment(tags=["old"] if n < 3 else []) for n in range(8)]
    monkeypatch.setattr(listing, "_far", lambda found, most: None)

    first = listing.page(words="old", size=2)

    assert first.is_cut
    assert not first.rows
    assert first.after == made[-1].pk - 1


def test_a_search_that_is_too_slow_is_ended_and_the_connection_goes_on(monkeypatch):
    monkeypatch.setattr(listing, "PATIENCE", "20ms")
    slow = Experiment.objects.extra(where=["pg_sleep(0.2) IS NULL"])  # noqa: S610 - a constant
    builders.new_experiment()

    assert listing._far(slow, 5) is None

    assert Experiment.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.slow
def test_a_page_is_few_queries(django_assert_num_queries):
    for _ in range(10):
        builders.running()

    with django_assert_num_queries(3):
        page = listing.page(Q(status="running"))
    assert len(page.rows) == 10
