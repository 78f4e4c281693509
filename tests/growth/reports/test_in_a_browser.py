"""Reports in a real browser: charts are drawn, a picture is saved, an answer comes without a reload by hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from community.members.models import Member
from events.record import record
from growth.reports.models import Annotation
from tests.axe import faults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_an_answer_appears_when_a_worker_has_it(
    page: Page, sign_in: Callable[[Page, Member], None], admin, counting, answer_all
):
    record("topic_started", unit=-1)
    Annotation.objects.create(day="2026-01-07", text="Moved")
    sign_in(page, admin)
    page.goto("/admin/analytics/counting/")
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    answer_all()
    expect(page.get_by_text("1 did it")).to_be_visible()
    assert page.evaluate("Chart.getChart(document.querySelector('canvas')).marks.length") == 1
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as picture").click()
    assert saved.value.suggested_filename == "doers.png"
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    assert faults(page) == []


def test_pages_can_be_read_by_everybody(
    page: Page, sign_in: Callable[[Page, Member], None], admin, counting, answer_all
):
    record("topic_started", unit=-1)
    sign_in(page, admin)
    for path in ("", 'counting/people/?cell={"times":1}'):
        page.goto(f"/admin/analytics/{path}")
        answer_all()
        page.reload()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert faults(page) == [], (path, scheme)
