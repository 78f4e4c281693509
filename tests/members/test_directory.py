import re
from datetime import UTC, datetime

from community.members.models import Member


def names(response) -> list[str]:
    return re.findall(r'class="name" href="/members/([^/]+)/"', response.content.decode())


def many(count: int) -> None:
    """So many members, two of whom joined in each minute."""
    joined = [datetime(2026, 1, 1, minute=number // 2, tzinfo=UTC) for number in range(count)]
    Member.objects.bulk_create(Member(username=f"m{n:02}", date_joined=at) for n, at in enumerate(joined))


def test_the_newest_come_first_page_by_page(db, client):
    many(90)
    seen, url = [], "/members/?order=newest"
    while url:
        response = client.get(url)
        seen += names(response)
        more = re.search(r'rel="next" href="([^"]+)">More', response.content.decode())
        url = more and "/members/" + more[1].replace("&amp;", "&")
    assert seen == [f"m{number:02}" for number in reversed(range(90))]


def test_members_are_found_by_the_beginning_of_their_name_in_any_case(client, alice, bob, member_named):
    member_named("Albert")
    assert names(client.get("/members/", {"q": "AL"})) == ["Albert", "alice"]
    assert "Nobody" in client.get("/members/", {"q": "zz<"}).content.decode()


def test_by_name_is_by_the_alphabet(client, alice, bob, member_named):
    member_named("Albert")
    assert names(client.get("/members/?order=name")) == ["Albert", "alice", "bob"]


def test_who_was_here_last_comes_first_but_visitors_see_only_those_who_show_it(client, client_of, alice, bob):
    Member.objects.filter(pk=bob.pk).update(seen_at="2026-01-01T00:00:00Z", profile_public=False)
    Member.objects.filter(pk=alice.pk).update(seen_at="2025-01-01T00:00:00Z")
    assert names(client.get("/members/")) == ["alice"]
    assert names(client_of(alice).get("/members/")) == ["alice", "bob"]  # alice was here just now


def test_former_members_are_not_listed(client, alice, bob):
    Member.objects.filter(pk=bob.pk).update(is_active=False)
    for order in ("active", "newest", "name"):
        assert names(client.get("/members/", {"order": order})) == ["alice"]


def test_an_unknown_order_or_page_is_not_found(client, alice):
    assert client.get("/members/?order=shoe-size").status_code == 404
    assert client.get("/members/?after=xyz").status_code == 404


def test_the_list_costs_one_query_besides_the_frame(db, client, django_assert_max_num_queries):
    many(50)
    client.get("/members/")
    with django_assert_max_num_queries(3):
        client.get("/members/")
