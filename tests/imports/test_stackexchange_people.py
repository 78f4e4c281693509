"""Members and badges out of a dump."""

from datetime import UTC, datetime

import pytest

from community.members.models import Award, Badge, Member
from community.members.names import USERNAME
from tests.imports.dumps import run

pytestmark = pytest.mark.django_db


def imported(**fields) -> Member:
    return Member.objects.get(imported_from="site", **fields)


def test_a_user_becomes_a_member_as_they_were(dump):
    ada = dump.user(
        "Ada Lovelace",
        LastAccessDate="2018-09-01T01:02:03.004",
        Location="London",
        WebsiteUrl="https://ada.example/",
        AboutMe="<p>Engines, <b>analytical</b>.</p><script>alert(1)</script>",
    )
    run(dump.write())
    member = imported(imported_id=ada)
    assert (member.username, member.display_name) == ("ada-lovelace", "Ada Lovelace")
    assert (member.location, member.website) == ("London", "https://ada.example/")
    assert member.date_joined == datetime(2018, 3, 1, 8, 0, 0, 123000, tzinfo=UTC)
    assert member.seen_at == datetime(2018, 9, 1, 1, 2, 3, 4000, tzinfo=UTC)
    assert "<b>analytical</b>" in member.bio_html
    assert "script" not in member.bio_html
    assert "**analytical**" in member.bio


def test_an_imported_member_has_no_password_and_no_address(dump):
    dump.user()
    run(dump.write())
    member = imported()
    assert not member.has_usable_password()
    assert member.email == ""
    assert member.last_login is None


def test_the_site_itself_is_no_member(dump):
    dump.user()
    report = run(dump.write())
    assert report["members"] == 1
    assert report["skipped"] == {"site_user": 1}


def test_of_equal_names_the_older_user_keeps_it_whatever_its_case(dump):
    first = dump.user("Bob")
    second = dump.user("bob")
    run(dump.write())
    assert imported(imported_id=first).username == "bob"
    assert imported(imported_id=second).username == f"bob-{second}"
    assert imported(imported_id=second).display_name == "bob"


def test_a_name_made_unique_does_not_meet_another_that_looks_so(dump):
    dump.user("Bob", Id=10)
    dump.user("Bob", Id=20)
    dump.user("bob-20", Id=15)
    run(dump.write())
    names = dict(Member.objects.filter(imported_from="site").values_list("imported_id", "username"))
    assert names == {10: "bob", 15: "bob-20", 20: "bob-20-2"}


def test_a_member_who_is_here_keeps_their_name(dump, alice):
    newcomer = dump.user("Alice")
    run(dump.write())
    assert imported(imported_id=newcomer).username == f"alice-{newcomer}"
    alice.refresh_from_db()
    assert (alice.username, alice.imported_from) == ("alice", None)


@pytest.mark.parametrize(
    ("name", "username"),
    [("Bjørn Ødegård", "bjørn-ødegård"), ("李 雷", "李-雷"), ("рüффп", "рüффп"), ("K.Dᴀᴠɪs", "k.dᴀᴠɪs")],
)
def test_names_of_all_scripts_stay_in_theirs(dump, name, username):
    dump.user(name)
    run(dump.write())
    assert imported().username == username


@pytest.mark.parametrize("name", ["", "!!!", "X", "admin", None, "y" * 80])
def test_every_username_is_a_good_one(dump, name):
    user = dump.user(name)
    run(dump.write())
    username = imported(imported_id=user).username
    USERNAME(username)
    assert username != "admin"
    assert imported().display_name


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://[", "https://long.example/" + "x" * 200])
def test_an_address_that_no_browser_should_follow_is_left_out(dump, url):
    dump.user(WebsiteUrl=url)
    run(dump.write())
    assert imported().website == ""


def test_badges_are_awarded_at_their_time_and_shared_by_name(dump):
    here = Badge.objects.create(name="student", rank=3)
    ada = dump.user()
    dump.badge(ada)
    dump.badge(ada, Name="gates", Class=1, TagBased="True")
    dump.badge(ada, Name="Old style", Class=None, TagBased=None)
    report = run(dump.write())
    assert report["badges"] == report["created"]["badges"] == 3
    assert Award.objects.get(badge=here).created_at == datetime(2018, 3, 6, 7, 8, 9, 10000, tzinfo=UTC)
    assert Badge.objects.get(name="gates").of_tag
    assert Badge.objects.get(name="gates").rank == Badge.Rank.GOLD
    assert Badge.objects.count() == 3


def test_a_badge_of_somebody_unknown_is_skipped(dump):
    dump.badge(99)
    report = run(dump.write())
    assert (report["badges"], report["skipped"]["unknown_user"]) == (0, 1)
