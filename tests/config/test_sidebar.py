"""The admin's sidebar leads to everything there is, and shows each what they may see."""

from collections.abc import Iterator

import pytest
from django.contrib import admin as admin_
from django.test import RequestFactory
from django.urls import reverse
from django.utils.translation import override

from community.members.models import Member
from config import sidebar

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def shown(member: Member, path: str = "/admin/") -> list[dict]:
    request = RequestFactory().get(path)
    request.user = member
    return sidebar.navigation(request)


def entries(groups: list[dict]) -> Iterator[dict]:
    for group in groups:
        yield from group["items"]


def test_every_model_of_the_admin_stands_in_it() -> None:
    listed = {item.model for _title, items in sidebar.GROUPS for item in items}
    assert {model._meta.label_lower for model in admin_.site._registry} == listed


def test_every_entry_opens(admin, client_of) -> None:
    client = client_of(admin)
    assert {entry["link"]: client.get(entry["link"]).status_code for entry in entries(shown(admin))} == {
        entry["link"]: 200 for entry in entries(shown(admin))
    }


def test_moderators_see_their_room_alone(mod) -> None:
    assert [str(group.get("title", "")) for group in shown(mod)] == ["", "Moderation"]


def test_one_entry_is_where_the_reader_is(admin) -> None:
    for name in ("points_boards", "points_chore_changelist", "moderation_queue", "moderation_flag_changelist"):
        path = reverse(f"admin:{name}")
        assert [entry["link"] for entry in entries(shown(admin, path)) if entry["active"]] == [path]
    assert [entry["title"] for entry in entries(shown(admin)) if entry["active"]] == ["Home"]


def test_it_speaks_chinese(admin) -> None:
    with override("zh-hans"):
        titles = [str(group["title"]) for group in shown(admin) if "title" in group]
    assert "内容" in titles
    assert not any(title.isascii() for title in titles)
