"""Long lists: counted no further than pages can be turned, and every page of them is the right one."""

import pytest
from django.urls import reverse

from community.desk import counting
from community.desk.counting import BoundedPaginator
from community.forum.models import Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags() -> list[str]:
    Tag.objects.bulk_create(Tag(name=f"tag{n:02}") for n in range(40))
    return list(Tag.objects.order_by("name").values_list("name", flat=True))


def test_a_short_list_is_counted_to_its_end(tags):
    pages = BoundedPaginator(Tag.objects.order_by("name"), 10)
    assert (pages.count, pages.words, pages.num_pages) == (40, "40", 4)


def test_a_long_list_is_counted_as_far_as_pages_go_and_says_so(tags, monkeypatch):
    monkeypatch.setattr(counting, "MOST", 30)
    narrowed = BoundedPaginator(Tag.objects.filter(name__startswith="tag").order_by("name"), 10)
    assert (narrowed.count, narrowed.words, narrowed.num_pages) == (30, "more than 30", 3)


def test_of_a_whole_table_the_statistics_tell_about_how_many(tags, monkeypatch):
    monkeypatch.setattr(counting, "MOST", 30)
    monkeypatch.setattr(BoundedPaginator, "_estimate", lambda pages: 102_813)
    assert BoundedPaginator(Tag.objects.order_by("name"), 10).words == "about 100000"


def test_pages_far_behind_hold_the_same_rows_in_the_same_order(tags, monkeypatch):
    near = [[tag.name for tag in BoundedPaginator(Tag.objects.order_by("name"), 10).page(n)] for n in (1, 2, 3, 4)]
    monkeypatch.setattr(counting, "FAR", 5)
    far = [[tag.name for tag in BoundedPaginator(Tag.objects.order_by("name"), 10).page(n)] for n in (1, 2, 3, 4)]
    assert far == near
    assert sum(far, []) == tags


@pytest.mark.slow
def test_a_page_beyond_the_last_leads_back_to_the_list(admin, client_of, tags):
    address = reverse("admin:forum_tag_changelist")
    assert client_of(admin).get(address, {"p": "9999"}).status_code in (200, 302)
