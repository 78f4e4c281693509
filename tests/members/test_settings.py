import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from community.members.models import Member

PROFILE = {"display_name": "Alice L", "bio": "I like **proofs**.", "location": "Oxford", "website": "example.org"}


@pytest.fixture
def mine(client_of, alice):
    return client_of(alice)


def picture(side: int = 600, kind: str = "PNG") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (side, side // 2), "teal").save(file, kind)
    return SimpleUploadedFile("me.png", file.getvalue())


def test_visitors_are_asked_to_sign_in(client, db):
    assert client.get("/settings/").headers["Location"] == "/accounts/login/?next=/settings/"


def test_the_profile_is_saved_with_its_text_rendered(mine, alice):
    assert mine.post("/settings/", PROFILE).headers["Location"] == "/settings/"
    alice.refresh_from_db()
    assert (str(alice), alice.location, alice.website) == ("Alice L", "Oxford", "https://example.org")
    assert "<strong>proofs</strong>" in alice.bio_html


def test_what_is_refused_keeps_what_was_typed_and_changes_nothing(mine, alice):
    html = mine.post("/settings/", PROFILE | {"website": "not a url"}).content.decode()
    assert 'value="Alice L"' in html
    assert 'value="not a url"' in html
    assert "valid URL" in re.search(r'id="id_website_error".*?</ul>', html, re.DOTALL)[0]
    assert ">alice</a>" in html  # the bar still says who I am
    alice.refresh_from_db()
    assert alice.display_name == ""


def test_settings_write_their_own_columns_only(mine, alice):
    mine.get("/settings/")
    Member.objects.filter(pk=alice.pk).update(points_total=33, location="Wonderland")
    mine.post("/settings/privacy/", {"profile_public": "on"})
    alice.refresh_from_db()
    assert (alice.points, alice.location, alice.on_boards) == (33, "Wonderland", False)


def test_the_language_of_a_member_goes_before_that_of_the_browser(mine):
    mine.post("/settings/display/", {"language": "zh-hans", "time_zone": "", "theme": "auto"})
    assert '<html lang="zh-hans"' in mine.get("/members/", headers={"Accept-Language": "en"}).content.decode()


def test_times_are_shown_in_the_members_time_zone(mine, alice, time_machine):
    time_machine.move_to("2026-03-01T23:30:00Z")
    Member.objects.filter(pk=alice.pk).update(date_joined="2026-02-28T23:30:00Z")
    mine.post("/settings/display/", {"language": "", "time_zone": "Asia/Shanghai", "theme": "auto"})
    assert "March 2026" in mine.get("/members/alice/").content.decode()
    mine.post("/settings/display/", {"language": "", "time_zone": "America/Lima", "theme": "auto"})
    assert "February 2026" in mine.get("/members/alice/").content.decode()


def test_an_unknown_time_zone_is_refused(mine, alice):
    mine.post("/settings/display/", {"language": "", "time_zone": "Mars/Olympus", "theme": "auto"})
    alice.refresh_from_db()
    assert alice.time_zone == ""


def test_the_theme_is_in_the_first_byte_of_the_page(mine):
    assert "data-theme" not in mine.get("/settings/").content.decode()
    mine.post("/settings/display/", {"language": "", "time_zone": "", "theme": "dark"})
    assert 'data-theme="dark"' in mine.get("/settings/").content.decode()[:200]


def test_a_visitor_has_a_theme_too(client, db):
    response = client.post("/theme/", {"theme": "dark", "next": "/members/?order=newest"})
    assert response.headers["Location"] == "/members/?order=newest"
    assert 'data-theme="dark"' in client.get("/members/").content.decode()[:200]
    client.post("/theme/", {"theme": "auto"})
    assert "data-theme" not in client.get("/members/").content.decode()


def test_the_theme_switch_does_not_lead_to_other_sites(client, db):
    response = client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"
    assert client.post("/theme/", {"theme": "pink"}).status_code == 404


def test_the_theme_switch_is_a_members_setting_as_well(mine, alice):
    mine.post("/theme/", {"theme": "light"})
    alice.refresh_from_db()
    assert alice.theme == "light"


def test_a_visitor_switches_the_language_by_cookie(client, db):
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/members/"})
    assert '<html lang="zh-hans"' in client.get("/members/").content.decode()


def test_a_member_who_switches_the_language_keeps_it(mine, alice):
    mine.post("/i18n/setlang/", {"language": "zh-hans", "next": "/members/"})
    mine.post("/i18n/setlang/", {"language": "klingon", "next": "/members/"})
    alice.refresh_from_db()
    assert alice.language == "zh-hans"


def test_unwanted_notifications_are_muted_by_kind(mine, alice):
    html = mine.get("/settings/notifications/").content.decode()
    assert html.count('name="wanted_kinds"') == html.count("checked") - html.count('name="email_notifications"')
    mine.post("/settings/notifications/", {"wanted_kinds": ["answered", "mentioned"], "email_notifications": ""})
    alice.refresh_from_db()
    assert "followed" in alice.muted_kinds
    assert {"answered", "mentioned"}.isdisjoint(alice.muted_kinds)
    assert not alice.email_notifications


def test_a_picture_is_cut_to_a_square_and_replaces_the_one_before(mine, alice, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert mine.post("/settings/picture/", {"picture": picture()}).status_code == 302
    alice.refresh_from_db()
    first = alice.avatar
    with first.open() as file, Image.open(file) as image:
        assert image.size == (256, 256)
    with django_capture_on_commit_callbacks(execute=True):
        mine.post("/settings/picture/", {"picture": picture(400, "JPEG")})
    alice.refresh_from_db()
    assert alice.avatar.name != first.name
    assert not first.storage.exists(first.name)
    with django_capture_on_commit_callbacks(execute=True):
        mine.post("/settings/picture/", {"remove": "1"})
    alice.refresh_from_db()
    assert not alice.avatar


def test_the_same_picture_again_is_kept(mine, alice, django_capture_on_commit_callbacks):
    for _again in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            mine.post("/settings/picture/", {"picture": picture()})
    alice.refresh_from_db()
    assert alice.avatar.storage.exists(alice.avatar.name)


def test_what_is_no_picture_is_refused_beside_its_field(mine):
    html = mine.post("/settings/picture/", {"picture": SimpleUploadedFile("me.png", b"<svg>")}).content.decode()
    assert "not a PNG" in re.search(r'id="id_picture_error".*?</ul>', html, re.DOTALL)[0]


@pytest.mark.parametrize("tab", ["", "display/", "privacy/", "notifications/", "sign-in/", "data/"])
def test_settings_cost_six_queries_at_most(mine, tab, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        assert mine.get(f"/settings/{tab}").status_code == 200


def test_a_visit_is_noted_once_an_hour(mine, alice, time_machine, django_assert_num_queries):
    time_machine.move_to("2026-05-01T12:00:00Z", tick=False)
    Member.objects.filter(pk=alice.pk).update(seen_at="2026-05-01T10:30:00Z")
    mine.get("/settings/")
    alice.refresh_from_db()
    assert alice.seen_at.isoformat() == "2026-05-01T12:00:00+00:00"
    time_machine.move_to("2026-05-01T12:40:00Z", tick=False)
    mine.get("/settings/")
    alice.refresh_from_db()
    assert alice.seen_at.isoformat() == "2026-05-01T12:00:00+00:00"


def test_who_is_suspended_does_not_change_what_others_see_of_them(mine, alice):
    mine.post("/settings/picture/", {"picture": picture()})
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    stood = Member.objects.values("bio", "display_name", "avatar").get(pk=alice.pk)
    posted = (
        ("/settings/", PROFILE),
        ("/settings/picture/", {"picture": picture(700)}),
        ("/settings/picture/", {"remove": "1"}),
    )
    for address, form in posted:
        assert "your public profile stays as it is" in mine.post(address, form).content.decode()
    assert Member.objects.values("bio", "display_name", "avatar").get(pk=alice.pk) == stood
    assert stood["avatar"]
    assert mine.post("/settings/display/", {"theme": "dark"}).status_code == 302
