"""The report's page: the verdict first, then health, effects and course; hidden where arms do not fit; for who may."""

import csv
import io
import os
import re
import subprocess
import sys
from datetime import timedelta

import numpy as np
import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from experiments.models import ExperimentChange, ReportNote
from experiments.report.refreshing import reports
from tests.experiments.report.building_data import START, drawn, experiment, fill, metric

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(admin, client_of):
    return client_of(admin)


@pytest.fixture
def reader(member_named, client_of):
    """May see experiments, and no more."""
    member = member_named("vera", is_staff=True)
    member.user_permissions.add(Permission.objects.get(codename="view_experiment"))
    return client_of(member)


def made(*, lift=0.3, arm=None, arms=("control", "guide"), until=14, name_of_guard="Mutes", **fields):
    kept, muted = metric("kept", name="Day-7 retention"), metric("muted", name=name_of_guard, higher_is_better=False)
    found = experiment(versions={kept: "primary", muted: "guardrail"}, arms=arms, auto_stop=False, **fields)
    ExperimentChange.objects.create(experiment=found, at=START, act="started")
    units, random = drawn(4000, arms=len(arms)), np.random.default_rng(3)
    if arm is not None:
        units.arm = arm
    units.y = {
        "kept": (random.random(4000) < 0.2 * (1 + lift * units.arm)).astype(np.int64),
        "muted": (random.random(4000) < 0.02).astype(np.int64),
    }
    fill(found, units, {"kept": kept, "muted": muted})
    for days in (3, 5, until - 1):
        reports([found.pk], START + timedelta(days=days, hours=1))
    return found


def text(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_verdict_is_the_first_line_and_its_button_the_first_button(boss):
    page = text(boss.get(made().get_absolute_url()))
    assert "Ship “Guide”: it changed Day-7 retention by +" in page
    assert "No guardrail was harmed." in page
    first = re.search(r'class="act( recommended)?">([^<]+)<', page)
    assert first.groups() == (" recommended", "Ship…")


def test_health_effects_and_pictures_are_on_the_page(boss):
    page = text(boss.get(made().get_absolute_url()))
    for words in ("Sample ratio: p = 1.000", "Flips: 0.0 %", "100 % of units are mature", "Bias before exposure"):
        assert words in page
    assert page.count('class="solid"') == 2
    assert page.count('class="wing"') >= 2
    assert 'class="line"' in page  # the course
    assert page.count('class="thin"') == 10  # a cohort a day
    assert 'class="mark"' not in page  # it started before the first report


def test_what_changed_while_it_was_watched_is_marked_in_the_course(boss):
    found = made()
    ExperimentChange.objects.create(experiment=found, at=START + timedelta(days=6), act="ramped", why="All is well.")
    page = text(boss.get(found.get_absolute_url()))
    assert page.count('class="mark"') == 1
    assert "All is well." in page


def test_the_course_begins_anew_with_a_restart(boss):
    found = made()
    page = text(boss.get(found.get_absolute_url()))
    assert "as it stood each day" in page
    found.phases.update(ended_at=START + timedelta(days=13, hours=2))
    found.phases.create(number=2, weights=[1, 1], started_at=START + timedelta(days=13, hours=2))
    reports([found.pk], START + timedelta(days=14))
    assert "as it stood each day" not in text(boss.get(found.get_absolute_url()))


def test_of_many_changes_the_newest_are_told_and_with_which_it_began(boss):
    found = made()
    for number in range(70):
        ExperimentChange.objects.create(experiment=found, act="changed", why=f"Reason {number}.")
    page = text(boss.get(found.get_absolute_url()))
    assert [f"Reason {number}." in page for number in (0, 9, 10, 69)] == [False, False, True, True]
    (marks,) = re.findall(r'<ol class="marks">.*?</ol>', page)
    assert "started" in marks.partition("</li>")[0]


def test_metrics_have_their_names_in_the_readers_language(boss, admin):
    admin.language = "zh-hans"
    admin.save()
    page = text(boss.get(made(name_of_guard="Error rate").get_absolute_url()))
    assert "Error rate" not in page
    assert page.count("出错率") >= 2  # the row of its effect, and of its numbers


def test_the_course_of_another_metric_is_a_link_away(boss):
    found = made()
    version = found.metrics.get(role="guardrail").version_id
    assert "Mutes: the effect as it stood each day" in text(boss.get(f"{found.get_absolute_url()}?metric={version}"))
    assert "Day-7 retention: the effect" in text(boss.get(f"{found.get_absolute_url()}?metric=nonsense"))


def test_results_of_mismatched_arms_are_hidden_until_a_reviewer_says_why(boss, reader):
    found = made(arm=(np.arange(4000) % 3 == 0).astype(int))
    url = found.get_absolute_url()
    page = text(reader.get(url))
    assert "The results are hidden." in page
    assert "Show the results" not in page
    assert "+30" not in page
    assert 'class="solid"' not in page
    csv_url = reverse("admin:experiments_experiment_report_csv", args=[found.pk])
    assert reader.get(csv_url).status_code == 409
    show = reverse("admin:experiments_experiment_report_show", args=[found.pk])
    assert reader.post(show, {"reason": "I am curious."}).status_code == 403
    boss.post(show, {"reason": " "})
    assert "The results are hidden." in text(boss.get(url))
    boss.post(show, {"reason": "A redirect, known and mended."})
    page = text(reader.get(url))
    assert "admin shows the results all the same: A redirect, known and mended." in page
    assert 'class="solid"' in page
    assert reader.get(csv_url).status_code == 200


def test_more_arms_are_named_and_their_family_is_told(boss):
    page = text(boss.get(made(arms=("control", "guide", "tour")).get_absolute_url()))
    assert page.count("<small>Tour</small>") == 2
    assert "The variations are 2 tests of the primary metric" in page


def test_before_the_first_refresh_the_page_says_so(boss):
    found = experiment(versions={metric("kept"): "primary"})
    assert "Nothing is counted yet" in text(boss.get(found.get_absolute_url()))


def test_notes_are_kept_by_who_may_change_experiments(boss, reader, admin):
    found = made()
    url = reverse("admin:experiments_experiment_report_note", args=[found.pk])
    boss.post(url, {"text": "A newsletter went out <today>."})
    assert ReportNote.objects.get().by == admin
    assert "A newsletter went out &lt;today&gt;." in text(reader.get(found.get_absolute_url()))
    assert reader.post(url, {"text": "Mine"}).status_code == 403


@pytest.mark.parametrize("words", ["x" * 5001, "a\0b", " "])
def test_words_that_cannot_be_kept_are_refused_and_said(boss, words):
    found = made(arm=(np.arange(4000) % 5 == 0).astype(int))
    for name, field in (("note", "text"), ("show", "reason")):
        url = reverse(f"admin:experiments_experiment_report_{name}", args=[found.pk])
        assert list(boss.post(url, {field: words}, follow=True).context["messages"])
    assert not found.notes.exists()
    assert not found.overrides.exists()


def test_the_table_as_csv_has_a_row_for_each_arm_of_each_metric(boss):
    found = made()
    response = boss.get(reverse("admin:experiments_experiment_report_csv", args=[found.pk]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [(row["metric"], row["role"], row["arm"]) for row in rows] == [
        ("Day-7 retention", "primary", "guide"),
        ("Mutes", "guardrail", "guide"),
    ]
    body = found.report.body["metrics"][0]["arms"][0]
    assert float(rows[0]["relative_low"]) == body["relative_ci"][0]
    assert float(rows[0]["sequential_p"]) == body["sequential"]["absolute"]["p"]


def test_a_page_takes_few_queries_whatever_it_shows(boss, django_assert_max_num_queries):
    found = made(arms=("control", "guide", "tour"))
    boss.get(found.get_absolute_url())
    with django_assert_max_num_queries(14):
        boss.get(found.get_absolute_url())


def test_what_a_floor_above_knows_of_it_is_linked(boss, settings):
    settings.EXPERIMENT_LINKS = "tests.experiments.report.test_page.links"
    assert '<a href="/people/?of=guide">Members behind</a>' in text(boss.get(made().get_absolute_url()))


def links(request, found):
    return [("Members behind", f"/people/?of={found.key}")]


def test_staff_without_the_right_and_strangers_see_nothing(member_named, client_of, client):
    url = made(until=9).get_absolute_url()
    assert client_of(member_named("sam", is_staff=True)).get(url).status_code == 403
    assert client.get(url).status_code == 302


def test_programs_get_the_stored_report(boss, reader, client_of, alice, client):
    found = made()
    url = "/api/v1/experiments/guide/report/"
    told = reader.get(url).json()
    assert (told["experiment"], told["status"], told["verdict"]) == ("guide", "running", "ship")
    assert told["report"] == {**found.report.body, "hidden": False}
    assert reader.get("/api/v1/experiments/nothing/report/").status_code == 404
    assert client_of(alice).get(url).status_code == 403
    assert client.get(url).status_code == 401


def test_programs_are_not_told_what_is_hidden(reader):
    made(arm=(np.arange(4000) % 3 == 0).astype(int))
    told = reader.get("/api/v1/experiments/guide/report/").json()
    assert (told["verdict"], told["report"]["hidden"]) == ("unhealthy", True)
    assert [told["report"][name] for name in ("metrics", "cohorts", "impact")] == [None, None, None]


def test_old_data_are_said_to_be(boss):
    found = made()
    assert re.search(r'class="wait"[^>]*>Data up to \d+', text(boss.get(found.get_absolute_url())))
    reports([found.pk], timezone.now())
    assert re.search(r'class="good"[^>]*>Data up to 0', text(boss.get(found.get_absolute_url())))


@pytest.mark.slow
def test_pages_are_made_without_the_heavy_libraries():
    """Each web process would load them; what they compute is stored."""
    code = (
        "import django; django.setup(); import experiments.admin.report, experiments.report.api, sys;"
        "print([name for name in ('scipy', 'numpy', 'pyarrow', 'duckdb') if name in sys.modules])"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
