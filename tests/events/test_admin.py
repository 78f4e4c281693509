"""Events in the admin: read, and declared for programs."""

import pytest

from events.models import DeclaredEvent

pytestmark = pytest.mark.django_db

ADD = "/admin/events/declaredevent/add/"
FORM = {"name": "build_finished", "description": "A build ended.", "properties": "result,branch", "owner": "member:7"}


def test_an_admin_declares_an_event_for_a_program(admin, client_of):
    assert client_of(admin).post(ADD, FORM).status_code == 302
    declared = DeclaredEvent.objects.get()
    assert (declared.name, declared.properties, declared.owner) == ("build_finished", ["result", "branch"], "member:7")
    listed = client_of(admin).get("/admin/events/event/").content.decode()
    assert "build_finished" in listed


@pytest.mark.parametrize("name", ["vote_cast", "active", "Build Finished", "x" * 41])
def test_what_is_no_name_for_it_is_refused(name, admin, client_of):
    assert client_of(admin).post(ADD, FORM | {"name": name}).status_code == 200
    assert not DeclaredEvent.objects.exists()


def test_a_declaration_keeps_its_name_and_stays(admin, client_of):
    declared = DeclaredEvent.objects.create(name="build_finished", owner="member:7")
    page = f"/admin/events/declaredevent/{declared.pk}/change/"
    client_of(admin).post(page, FORM | {"name": "other", "properties": "result"})
    declared.refresh_from_db()
    assert (declared.name, declared.properties) == ("build_finished", ["result"])
    assert (
        client_of(admin).post(f"/admin/events/declaredevent/{declared.pk}/delete/", {"post": "yes"}).status_code == 403
    )
