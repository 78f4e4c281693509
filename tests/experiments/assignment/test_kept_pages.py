"""Pages that are kept for visitors, where an experiment asks on them."""

import pytest
from django.core import signing
from django.http import HttpResponse

import experiments
from community.forum import visitors
from experiments import qa, snapshot
from experiments.flags import changing
from experiments.models import Flag
from tests.experiments import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(asks, settings, redis_client):
    """What a visitor is shown by a kept page that asks for the flag."""
    settings.KEEP_PAGES = True
    made = []

    @visitors.kept_list
    def page(request):
        made.append(request)
        return HttpResponse(f"{experiments.variation(request, 'composer', 'plain')}")

    def show(visitor):
        request = asks(visitor=visitor)
        request.htmx = False
        return page(request).content.decode()

    show.made, show.page = made, page
    return show


def test_each_visitor_is_shown_their_own_variation(shown, asks):
    builders.running("exp", flag=builders.new_flag("composer"))
    snapshot.refresh()
    own = {visitor: str(experiments.peek(asks(visitor=visitor), "composer")) for visitor in range(1, 13)}
    assert set(own.values()) == {"True", "False"}
    assert {visitor: shown(visitor) for visitor in own} == own


def test_a_browser_on_which_staff_force_a_variation_leaves_no_page_and_is_shown_none(shown, asks, alice):
    changing.create("composer", by=alice)
    draft = builders.new_experiment("exp", flag=Flag.objects.get())
    snapshot.refresh()
    forced = asks(visitor=1)
    forced.COOKIES[qa.COOKIE] = signing.dumps({draft.key: 1}, salt=qa.SALT)
    forced.htmx = False
    assert shown.page(forced).content == b"True"
    assert shown(2) == "False"
    assert shown.page(forced).content == b"True"
    assert shown(3) == "False"
    assert len(shown.made) == 3  # two of theirs, and one for all others


def test_what_is_the_same_for_everybody_is_kept_until_the_flag_changes(shown, alice):
    assert [shown(1), shown(2)] == ["plain", "plain"]
    assert len(shown.made) == 1
    flag = changing.create("composer", kind="string", off_value="old", on_value="old", by=alice)
    snapshot.refresh()
    assert [shown(1), shown(2)] == ["old", "old"]
    changing.change(flag, by=alice, off_value="new")
    snapshot.refresh()
    assert [shown(1), shown(2)] == ["new", "new"]
    assert len(shown.made) == 3
