"""A report's page: what is stored at once, its age, and a newer one on request."""

import csv
import io
import re
import shlex
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from community.desk.models import Act
from events.record import record
from growth.reports import running
from growth.reports.models import Annotation, Answer, Dashboard, SavedReport

pytestmark = pytest.mark.django_db

PAGE = "/admin/analytics/counting/"


def tile(board: Dashboard, params: dict, kind: str = "counting") -> None:
    """Another report on the board, by its owner."""
    name = f"Report {board.tiles.count() + 1}"
    report = SavedReport.objects.create(name=name, owner=board.owner, kind=kind, params=params)
    board.tiles.create(report=report, position=board.tiles.count())


def text(response) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_first_look_asks_and_says_that_it_is_computed(boss, admin):
    page = text(boss.get(PAGE))
    answer = Answer.objects.get()
    assert (answer.state, answer.asked_by) == ("queued", admin)
    assert "It waits for a worker." in page
    assert reverse("reports:state", args=[answer.pk]) in page


def test_the_stored_answer_is_shown_at_once_with_its_age(boss, answer_all, alice):
    record("topic_started", unit=alice.pk)
    boss.get(PAGE)
    answer_all()
    Answer.objects.update(finished_at=timezone.now() - timedelta(minutes=4))
    page = text(boss.get(PAGE))
    assert "1 did it" in page
    assert "Stored 4 minutes ago" in page
    assert 'id="state"' not in page


def test_an_answer_of_more_than_an_hour_is_shown_while_a_newer_one_is_computed(boss, answer_all):
    boss.get(PAGE)
    answer_all()
    Answer.objects.update(asked_at=timezone.now() - timedelta(minutes=61))
    page = text(boss.get(PAGE))
    assert "0 did it" in page
    assert "It waits for a worker." in page


def test_what_was_asked_as_of_a_moment_gone_by_stays_as_it_is(boss, answer_all):
    boss.get(PAGE, {"as_of": "2026-01-05"})
    answer_all()
    Answer.objects.update(asked_at=timezone.now() - timedelta(days=9))
    boss.get(PAGE, {"as_of": "2026-01-05"})
    assert Answer.objects.count() == 1


def test_refresh_asks_anew_and_is_written_down(boss, answer_all):
    boss.get(PAGE, {"often": 3})
    answer_all()
    response = boss.post(f"{PAGE}ask/?often=3")
    assert response["Location"] == f"{PAGE}?often=3"
    assert Answer.objects.open().get().params["often"] == 3
    assert Act.objects.get().verb == "ask"


def test_a_bad_question_keeps_what_was_typed_and_asks_nothing(boss):
    page = text(boss.get(PAGE, {"since": "soon", "event": "voted"}))
    assert "Write a date or a time" in page
    assert 'value="soon"' in page
    assert "<details open>" in page  # the field at fault is not folded away
    assert not Answer.objects.exists()


def test_state_is_told_until_there_is_something_to_show(boss, answer_all):
    boss.get(PAGE)
    state = reverse("reports:state", args=[Answer.objects.get().pk])
    assert "HX-Refresh" not in boss.get(state)
    Answer.objects.update(state="running", started_at=timezone.now() - timedelta(seconds=7), seen_at=timezone.now())
    assert "for 7 seconds now" in text(boss.get(state))
    Answer.objects.update(state="queued")
    answer_all()
    assert boss.get(state)["HX-Refresh"] == "true"
    Answer.objects.all().delete()
    assert boss.get(state)["HX-Refresh"] == "true"


def test_a_question_that_no_worker_takes_is_told_so(boss):
    boss.get(PAGE)
    Answer.objects.update(asked_at=timezone.now() - timedelta(seconds=25))
    assert "no worker has taken it up" in text(boss.get(PAGE))


def test_one_that_waits_behind_others_is_told_so(boss):
    boss.get(PAGE)
    boss.get(PAGE, {"often": 2})
    Answer.objects.update(asked_at=timezone.now() - timedelta(seconds=25))
    running._claimed(Answer.objects.earliest("pk").pk)
    assert "It waits behind 1 other question." in text(boss.get(PAGE, {"often": 2}))


def test_cancelling_is_told_and_may_be_asked_again(boss):
    boss.get(PAGE, {"often": 3})
    cancel = reverse("reports:cancel", args=[Answer.objects.get().pk])
    assert boss.post(cancel)["Location"] == f"{PAGE}?often=3"
    page = text(boss.get(PAGE, {"often": 3}))
    assert "It was cancelled" in page
    assert "ask again" in page
    assert Act.objects.get().verb == "cancel"


def test_a_failure_is_one_line(boss, answer_all):
    boss.get(PAGE, {"event": "never"})
    answer_all()
    page = text(boss.get(PAGE, {"event": "never"}))
    assert "failed. There is no event “never”." in page


def test_the_same_question_is_told_for_programs(boss, answer_all):
    boss.get(PAGE, {"event": "a b", "often": 3, "loud": "on"})
    page = text(boss.get(PAGE, {"event": "a b", "often": 3, "loud": "on"}))
    command = shlex.join(["manage.py", "counting", "--event", "a b", "--loud", "--often", "3"])
    assert escape(command) in page
    address = re.search(r"<code>GET http://testserver(.*?)</code>", page)[1].replace("&amp;", "&")
    assert address.startswith("/api/v1/analytics/counting/?")
    answer_all()
    assert boss.get(address).json()["params"]["event"] == "a b"


def test_charts_are_data_and_a_table_and_bear_what_was_noted(boss, answer_all, admin):
    Annotation.objects.create(day="2026-01-07", text="Moved <house>", by=admin)
    boss.get(PAGE)
    answer_all()
    page = text(boss.get(PAGE))
    assert '<script id="chart-0" type="application/json">' in page
    assert '{"at": 0, "notes": [["2026-01-07", "Moved \\u003Chouse\\u003E"]]}' in page
    assert "2026-01-07: Moved &lt;house&gt;" in page
    assert '<th scope="row">2026-01-12</th><td>–</td>' in page


def test_csv_is_the_kind_s_own_table(boss, answer_all, alice):
    record("topic_started", unit=alice.pk)
    assert boss.get(f"{PAGE}csv/").status_code == 503  # not computed yet
    answer_all()
    response = boss.get(f"{PAGE}csv/")
    assert list(csv.reader(io.StringIO(response.content.decode()))) == [["doers", "times"], ["1", "1"]]
    assert response["Content-Disposition"].endswith('.csv"')


def test_a_report_is_saved_under_a_name_and_on_a_dashboard(boss, admin, answer_all):
    for often in (3, 4):
        given = {"name": "Askers", "shared": "on", "dashboard": "Week"}
        assert boss.post(f"{PAGE}save/?often={often}", given)["Location"] == f"{PAGE}?often={often}"
    report = SavedReport.objects.get()
    assert (report.owner, report.shared, report.params["often"]) == (admin, True, 4)
    assert report.get_absolute_url() == f"{PAGE}?often=4"
    assert Dashboard.objects.get().tiles.get().report == report
    assert "saved as “Askers”" in text(boss.get(report.get_absolute_url()))
    assert set(Act.objects.values_list("kind", "verb")) == {("add", "save")}


def test_a_report_without_a_name_is_not_saved(boss):
    boss.post(f"{PAGE}save/", {"name": " "})
    assert not SavedReport.objects.exists()


def test_the_index_shows_kinds_saved_reports_dashboards_and_notes(boss, admin, bob, question):
    mine = SavedReport.objects.create(name="Askers", owner=admin, kind="counting", params=question().params)
    SavedReport.objects.create(name="Bob's own", owner=bob, kind="counting", params={}, shared=False)
    SavedReport.objects.create(name="Old", owner=bob, kind="gone", params={})
    board = Dashboard.objects.create(name="Week", owner=admin)
    board.tiles.create(report=mine)
    Annotation.objects.create(day="2026-01-07", text="Moved")
    page = text(boss.get("/admin/analytics/"))
    for shown in ("How many persons did it", "Askers", "Old", "Moved", board.get_absolute_url(), "1 report"):
        assert shown in page
    assert "Bob" not in page.split('id="saved"')[1].split("</ul>")[0].replace("bob", "")


def test_a_dashboard_shows_what_is_stored_and_asks_for_what_is_old(boss, admin, question, answer_all, alice):
    record("topic_started", unit=alice.pk)
    board = Dashboard.objects.create(name="Week", owner=admin)
    for often, kind in ((1, "counting"), (2, "counting"), (3, "gone")):
        tile(board, question(often=often).params, kind)
    page = text(boss.get(board.get_absolute_url()))
    assert page.count("Its first answer is being computed") == 2
    assert page.count("Its kind or what it asks for is gone") == 1
    answer_all()
    page = text(boss.get(board.get_absolute_url()))
    assert page.count("just now") == 2
    assert page.count("<canvas") == 2
    assert not Answer.objects.open().exists()
    board.refresh_from_db()
    assert board.seen_at > timezone.now() - timedelta(minutes=1)


def test_a_dashboard_of_another_that_is_not_shared_is_not_there(boss, bob):
    board = Dashboard.objects.create(name="Mine", owner=bob, shared=False)
    assert boss.get(board.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("reports", [1, 8])
def test_pages_have_a_bounded_number_of_queries(
    boss, admin, question, answer_all, django_assert_max_num_queries, reports
):
    board = Dashboard.objects.create(name="Week", owner=admin)
    for often in range(1, reports + 1):
        tile(board, question(often=often).params)
        Annotation.objects.create(day="2026-01-07", text="Moved")
    boss.get(board.get_absolute_url())
    answer_all()
    for address, most in ((board.get_absolute_url(), 7), ("/admin/analytics/", 10), (PAGE, 9)):
        with django_assert_max_num_queries(most):
            text(boss.get(address))


@pytest.mark.parametrize(
    "path",
    ["", "counting/", "counting/csv/", "counting/people/?cell={}", "counting/people/csv/?cell={}", "dashboards/1/",
     "answers/1/state/", "POST counting/ask/", "POST counting/save/", "POST answers/1/cancel/",
     "POST counting/people/ask/?cell={}"],
)  # fmt: skip
def test_only_staff_who_may_read_reports_do(client_of, mod, member_named, path, counting):
    method, _space, path = path.rpartition(" ")
    staff = member_named("sam", is_staff=True)
    for member in (mod, staff):
        assert getattr(client_of(member), method.lower() or "get")(f"/admin/analytics/{path}").status_code == 403
    assert not Answer.objects.exists()


def test_reading_does_not_let_one_see_people_or_save(client_of, member_named, boss, answer_all):
    sam = member_named("sam", is_staff=True)
    sam.user_permissions.add(Permission.objects.get(codename="view_answer"))
    client = client_of(sam)
    assert client.get("/admin/analytics/").status_code == client.get(PAGE).status_code == 200
    assert client.get(f'{PAGE}people/?cell={{"times":1}}').status_code == 403
    assert client.post(f"{PAGE}save/", {"name": "Mine"}).status_code == 403


def test_strangers_are_led_to_the_door(client, counting):
    response = client.get(PAGE)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("path", ["nothing/", "counting/people/", "counting/people/?cell=7", "counting/csv/?often=x"])
def test_what_is_not_there_is_404(boss, path):
    assert boss.get(f"/admin/analytics/{path}").status_code == 404


def test_numbers_lead_to_their_people_as_of_the_same_moment(boss, answer_all):
    boss.get(PAGE, {"often": 2})
    answer_all()
    page = text(boss.get(PAGE, {"often": 2}))
    address = re.search(r'<a href="([^"]*)">some twice', page)[1].replace("&amp;", "&")
    assert unquote(address).startswith(f"{PAGE}people/?as_of=")
    assert 'cell={"times":2}' in unquote(address)
    boss.get(address)
    asked = Answer.objects.latest("pk")
    assert asked.cell == {"times": 2}
    assert asked.params["as_of"] == Answer.objects.earliest("pk").as_of.isoformat()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_speak_the_reader_s_language(boss, answer_all, language, admin):
    admin.language = language
    admin.save()
    page = text(boss.get("/admin/analytics/"))
    assert ("仪表板" in page) is (language == "zh-hans")
