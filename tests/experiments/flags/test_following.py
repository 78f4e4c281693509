"""Waffle's own ways to make and change a flag: all of them work, are published and kept."""

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import RequestFactory
from waffle import flag_is_active
from waffle.testutils import override_flag

from experiments import snapshot
from experiments.flags import changing
from experiments.models import Flag, Publication

pytestmark = pytest.mark.django_db


def body(name: str):
    return Publication.objects.filter(flag=name).values_list("body", flat=True).first()


@pytest.fixture
def request_of(member_named):
    def make(**fields):
        request = RequestFactory().get("/")
        request.user = member_named("dora", **fields)
        return request

    return make


def test_a_flag_that_waffle_makes_is_live_and_published(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        Flag.objects.create(name="composer", everyone=True)
    assert Flag.objects.get().lifecycle == "live"
    assert body("composer")["rules"] == [{"id": "everyone", "force": True}]


def test_the_command_of_waffle_changes_a_flag_and_its_history_goes_on(django_capture_on_commit_callbacks, member_named):
    dora = member_named("dora")
    flag = changing.create("composer", by=dora)
    with django_capture_on_commit_callbacks(execute=True):
        call_command("waffle_flag", "composer", "--everyone", "--user", "dora")
    assert body("composer")["rules"] == [{"id": "everyone", "force": True}]
    made = flag.changes.first()
    assert (made.by, made.why, made.before["everyone"], made.after["everyone"]) == (None, "waffle", None, True)
    assert made.after["users"] == [dora.pk]
    changing.revert(made, by=dora, why="Too early.")
    assert [rule["id"] for rule in body("composer")["rules"]] == ["users"]


def test_the_command_makes_a_flag(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        call_command("waffle_flag", "composer", "--create", "--percent", "20")
    rules = body("composer")["rules"]
    assert [(rule["id"], rule.get("coverage")) for rule in rules] == [("percent", 0.2)]


@pytest.mark.parametrize("active", [True, False])
def test_a_test_overrides_a_flag_that_there_is_not_and_leaves_none(request_of, active):
    request = request_of()
    with override_flag("composer", active=active):
        assert flag_is_active(request, "composer") is active
    assert not Flag.objects.exists()
    assert body("composer") is None
    assert not flag_is_active(request_of_again(request), "composer")


def test_a_test_overrides_a_flag_and_gives_it_back(request_of):
    changing.create("composer", by=None, rules=[{"value": True}])
    standing = body("composer")
    with override_flag("composer", active=False):
        assert not flag_is_active(request_of(), "composer")
    assert body("composer") == standing


def request_of_again(request):
    again = RequestFactory().get("/")
    again.user = request.user
    return again


def test_a_deleted_flag_is_told_to_nobody(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        Flag.objects.create(name="composer", everyone=True)
        Flag.objects.get().delete()
    assert body("composer") is None
    assert "composer" not in snapshot.current().program.flags


def test_what_is_rolled_back_was_never_gone_by():
    flag = changing.create("composer", by=None)
    snapshot.refresh()
    before = snapshot.current().version

    with transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(everyone=True)
        flag.flush()
        transaction.set_rollback(True)

    assert snapshot.current().version == before
    assert snapshot.refresh().version == before


def test_what_is_committed_is_gone_by(django_capture_on_commit_callbacks):
    flag = changing.create("composer", by=None)
    snapshot.refresh()
    before = snapshot.current().version

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(everyone=True)
        flag.flush()
        assert snapshot.current().version == before

    assert snapshot.current().version > before
