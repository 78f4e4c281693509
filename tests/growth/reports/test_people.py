"""Who is behind a number: listed by name, exported, and written down that it was seen."""

import csv
import io
import json
import re
from urllib.parse import quote

import pytest

from community.desk.models import Act
from events.record import record
from growth.reports import people
from growth.reports.models import Answer

pytestmark = pytest.mark.django_db

PAGE = f"/admin/analytics/counting/people/?cell={quote(json.dumps({'times': 1}))}"


@pytest.fixture
def listed(boss, answer_all):
    """The list of who started a topic."""

    def see(*units: int) -> str:
        for unit in units:
            record("topic_started", unit=unit)
        boss.get(PAGE)
        answer_all()
        return re.sub(r"\s+", " ", boss.get(PAGE).content.decode())

    return see


def test_members_are_named_and_visitors_numbered(listed, alice, bob):
    bob.display_name = "Bob <b>"
    bob.save()
    page = listed(-12, bob.pk, alice.pk, 999_999)
    assert "4 people are behind this number" in page
    shown = [
        page.index(name) for name in ("alice</a>", "Bob &lt;b&gt;</a>", "member 999999, who is gone", "visitor 12")
    ]
    assert shown == sorted(shown)


def test_seeing_them_is_written_down_each_time(listed, boss, alice):
    listed(alice.pk)
    act = Act.objects.get()
    assert (act.verb, act.model, act.label) == ("see_people", "reports.answer", "Counting")
    assert "times" in act.note
    boss.get(PAGE)
    assert Act.objects.count() == 2


def test_moments_are_told_in_the_zone_that_was_asked_for(listed, boss, answer_all, alice):
    listed(alice.pk)
    for page in (f"{PAGE}&tz=Asia/Tokyo", "/admin/analytics/counting/?tz=Asia/Tokyo"):
        boss.get(page)
        answer_all()
        Answer.objects.update(as_of="2026-11-20T19:00Z")
        text = boss.get(page).content.decode()
        assert re.search(r"[Ee]vents until Nov. 21, 2026, 4 a.m.( \(Asia/Tokyo\)\.|; days, weeks)", text)


def test_a_long_list_has_pages(listed, boss, monkeypatch):
    monkeypatch.setattr(people, "SIZE", 2)
    monkeypatch.setattr(people.page, "__defaults__", (2,))
    page = listed(-1, -2, -3)
    assert "page 1 of 2" in page
    second = boss.get(f"{PAGE}&page=2").content.decode()
    assert "visitor 3" in second
    assert "visitor 2<" not in second
    for number in ("0", "3", "x", "9" * 30):
        assert boss.get(f"{PAGE}&page={number}").status_code == 404


def test_the_export_has_all_and_no_formulas(listed, boss, alice, bob, monkeypatch):
    monkeypatch.setattr(people, "CHUNK", 2)
    bob.display_name = '=HYPERLINK("x")'
    bob.save()
    listed(alice.pk, bob.pk, -1, -2, -3)
    response = boss.get(PAGE.replace("/people/", "/people/csv/"))
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert rows == [
        ["kind", "id", "username", "name"],
        ["member", str(alice.pk), "alice", ""],
        ["member", str(bob.pk), "bob", '\'=HYPERLINK("x")'],
        *(["visitor", str(n), "", ""] for n in (1, 2, 3)),
    ]
    assert Act.objects.latest("id").verb == "export_people"


def test_a_page_has_few_queries_however_many_there_are(listed, boss, django_assert_max_num_queries, member_named):
    listed(*(member_named(f"m{n}").pk for n in range(30)), *range(-100, 0))
    with django_assert_max_num_queries(9):
        assert boss.get(PAGE).status_code == 200


def test_the_list_has_as_many_as_the_number_says(question, answer_all, boss, alice, bob):
    for member in (alice, alice, bob):
        record("topic_started", unit=member.pk)
    boss.get("/admin/analytics/counting/")
    boss.get(PAGE)
    answer_all()
    report, lists = Answer.objects.order_by("pk")
    assert report.result["doers"] == people.count(lists) == 2


def test_an_empty_list_says_so(listed):
    assert "Nobody." in listed()
