"""The admin's first page."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from community.desk.models import Act
from community.imports.models import ImportRun
from community.members.models import Member
from community.moderation import flagging
from community.points import chores
from community.points.models import Chore
from community.points.tasks import prove
from community.webhooks.models import Delivery, Endpoint
from growth.home import jobs, tasks
from growth.home.models import Job
from tests import builders
from tests.axe import faults
from tests.growth import community

INDEX = "admin:index"
pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client_of, admin):
    return client_of(admin)


def numbers(weeks: int = 12) -> None:
    community.draw(weeks, until=timezone.now(), topics=30)
    tasks.sweep()


def charts(page: str) -> list[dict]:
    return [json.loads(html.unescape(found)) for found in re.findall(r'data-value="([^"]*)"', page)]


def test_it_shows_each_metric_with_its_definition_and_a_table(boss):
    numbers()
    page = boss.get(reverse(INDEX)).content.decode()
    for title in ("New members", "Active members", "Topics", "Answers", "Time to first answer", "Unanswered share"):
        assert f'<h2 class="font-semibold text-[15px] text-important">{title}</h2>' in re.sub(r"\s*\n\s*", "", page)
    assert "Who did at least one of these in the week" in page
    assert page.count("<table class") >= 8
    assert "As of" in page


def test_the_running_week_is_grey_in_bars_and_dashed_in_lines(boss):
    numbers()
    drawn = charts(boss.get(reverse(INDEX)).content.decode())
    bars = drawn[1]["datasets"][0]
    assert bars["backgroundColor"][-1] != bars["backgroundColor"][-2]
    line, tail = drawn[0]["datasets"]
    assert (line["data"][-1], tail["data"][-2]) == (None, None)
    assert tail["data"][-1] is not None
    assert tail["borderDash"]
    over, end, bars = drawn[7]["datasets"]
    assert (over["data"][-1], end["data"][0], bars["type"]) == (None, None, "bar")


def test_before_anything_was_computed_it_says_so(boss):
    page = boss.get(reverse(INDEX)).content.decode()
    assert "Nothing was computed yet" in page
    assert "The points were not verified yet" in page
    assert reverse("admin:points_boards") in page


def test_asking_is_told_until_a_worker_has_done_it(boss):
    assert boss.post(reverse("home:ask"))["Location"] == reverse(INDEX)
    assert "waits for a worker" in boss.get(reverse(INDEX)).content.decode()
    state = reverse("home:state")
    assert "HX-Refresh" not in boss.get(state)
    jobs.run()
    assert boss.get(state)["HX-Refresh"] == "true"
    assert boss.get(reverse("home:ask")).status_code == 405


def test_who_asked_is_in_the_audit(boss, admin):
    boss.post(reverse("home:ask"))
    act = Act.objects.get()
    assert (act.actor, act.model, act.verb) == (admin, "home.job", "ask")


def test_a_run_that_failed_is_told(boss):
    now = timezone.now()
    Job.objects.create(key=1, started_at=now, finished_at=now, error="ValueError: no")
    assert "failed: ValueError: no" in boss.get(reverse(INDEX)).content.decode()


@pytest.mark.slow
def test_it_costs_the_same_for_one_week_and_for_years(boss, django_assert_max_num_queries):
    counts = []
    for weeks in (1, 150):
        builders.question(at=timezone.now() - timedelta(weeks=weeks))
        jobs.ask()
        tasks.sweep()
        boss.get(reverse(INDEX))
        with django_assert_max_num_queries(12) as found:
            boss.get(reverse(INDEX), {"weeks": "156"})
        counts.append(len(found))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("query", ["weeks=7", "weeks=x", "until=yesterday", "until=0001-01-01", "until=9999-12-31"])
def test_a_period_that_makes_no_sense_is_no_error(boss, query):
    numbers()
    assert boss.get(f"{reverse(INDEX)}?{query}").status_code == 200


def test_an_old_community_is_shown_where_it_lived(boss):
    asked = timezone.now() - timedelta(weeks=400)
    builders.question(builders.member(date_joined=asked), at=asked)
    tasks.sweep()
    page = boss.get(reverse(INDEX)).content.decode()
    monday = (asked - timedelta(days=asked.weekday())).date()
    assert f"– {monday}</span>" in page
    assert "this week" in page


def test_what_is_flagged_waits_for_who_may_decide(boss, client_of, mod, alice):
    flagging.flag(builders.opening(builders.question(alice)), member=builders.trusted(points=40), reason="spam")
    words = "1 post or comment was flagged and waits for a decision."
    assert words in boss.get(reverse(INDEX)).content.decode()
    page = client_of(mod).get(reverse(INDEX)).content.decode()
    assert words in page
    assert "The community by week" not in page


def test_staff_see_the_numbers_by_permission(client_of, member_named):
    staff = member_named("staff", is_staff=True)
    client = client_of(staff)
    assert "The community by week" not in client.get(reverse(INDEX)).content.decode()
    assert client.post(reverse("home:ask")).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_weeklynumber"))
    assert "The community by week" in client_of(staff).get(reverse(INDEX)).content.decode()


def test_members_stay_out(client_of, alice):
    client = client_of(alice)
    assert client.post(reverse("home:ask")).status_code == 403
    assert client.get(reverse("home:state")).status_code == 403


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_charts_are_drawn_and_the_page_is_accessible_in_both_schemes(page, sign_in, admin):
    numbers()
    sign_in(page, admin)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto("/admin/")
        page.wait_for_function("document.querySelectorAll('canvas.chart').length == 8")
        assert page.evaluate("[...document.querySelectorAll('canvas.chart')].every(c => Chart.getChart(c))")
        page.locator("details summary").first.click()
        assert faults(page) == []


def test_what_failed_waits_too(boss, admin):
    place = Endpoint.objects.create(name="Chat", url="https://chat.example/hook", names=["topic_started"], state="dead")
    on = Endpoint.objects.create(name="Wiki", url="https://wiki.example/hook", names=["topic_started"])
    for endpoint in (place, on):
        Delivery.objects.create(endpoint=endpoint, name="topic_started", state=Delivery.State.FAILED)
    for state in ("failed", "done", "failed"):
        ImportRun.objects.create(folder="physics", state=state, by=admin)
    ImportRun.objects.create(folder="maths", state="failed", by=admin)
    ImportRun.objects.create(folder="maths", state="done", by=admin)
    page = boss.get(reverse(INDEX)).content.decode()
    assert "1 webhook is dead: it failed for days." in page
    assert "1 webhook delivery failed for good." in page
    assert "1 import failed." in page
    assert "Nothing waits for you." not in page


def test_the_last_proof_of_the_points_is_told(boss, alice):
    prove()
    chores.work(Chore.objects.get().pk)
    assert "The points are proven, as of" in boss.get(reverse(INDEX)).content.decode()
    Member.objects.filter(pk=alice.pk).update(points_total=77)
    prove()
    chores.work(Chore.objects.latest("pk").pk)
    assert "found 1 difference between the points and their ledger." in boss.get(reverse(INDEX)).content.decode()
    Chore.objects.create(kind=Chore.Kind.VERIFY, state=Chore.State.FAILED, finished_at=timezone.now())
    assert re.search("The last proof of the points, .*, failed.", boss.get(reverse(INDEX)).content.decode())
