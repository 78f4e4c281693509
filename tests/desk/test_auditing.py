"""Every act in the admin is written down once, with what changed, and cannot be taken back."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from community.desk import auditing
from community.desk.models import Act
from community.forum.models import Tag
from community.members.models import Award, Badge
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(admin, client_of):
    return client_of(admin)


def test_a_change_is_told_by_field_with_who_and_from_where(desk, admin):
    category = builders.category("General", position=1)
    url = reverse("admin:forum_category_change", args=[category.pk])
    values = {"name": "Common", "slug": "general", "position": 1, "colour": "#0f766e"}
    desk.post(url, {**values, "readers": "everyone", "posters": "members"}, REMOTE_ADDR="203.0.113.7")
    act = Act.objects.get()
    assert (act.actor, act.address, act.kind, act.model) == (admin, "203.0.113.7", "change", "forum.category")
    assert (act.object_id, act.changes) == (str(category.pk), {"name": ["General", "Common"]})


def test_a_save_that_changes_nothing_leaves_no_line(desk):
    category = builders.category("General")
    values = {"name": "General", "slug": "general", "position": 0, "colour": "#0f766e"}
    desk.post(
        reverse("admin:forum_category_change", args=[category.pk]),
        {**values, "readers": "everyone", "posters": "members"},
    )
    assert not Act.objects.exists()


def test_a_position_edited_in_the_list_is_told_too(desk):
    category = builders.category("General")
    forms = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": category.pk, "form-0-position": 5}
    desk.post(reverse("admin:forum_category_changelist"), {**forms, "_save": "Save"})
    assert Act.objects.get().changes == {"position": [0, 5]}


def test_an_addition_and_a_deletion_are_told_whole(desk, alice):
    badge = Badge.objects.create(name="Helper")
    desk.post(reverse("admin:members_award_add"), {"member": alice.pk, "badge": badge.pk})
    award = Award.objects.get()
    desk.post(reverse("admin:members_award_delete", args=[award.pk]), {"post": "yes"})
    added, deleted = Act.objects.order_by("pk")
    assert (added.kind, added.changes["badge_id"]) == ("add", [None, badge.pk])
    assert "imported_from" not in added.changes
    assert (deleted.kind, deleted.changes["member_id"]) == ("delete", [alice.pk, None])


def test_many_to_many_rows_count_as_fields(desk, alice):
    from django.contrib.auth.models import Group

    group = Group.objects.create(name="Editors")
    form = {"username": "alice", "email": "alice@example.org", "is_active": "on", "groups": [group.pk]}
    inline = {f"emailaddress_set-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    desk.post(reverse("admin:members_member_change", args=[alice.pk]), form | inline)
    assert Act.objects.get().changes["groups"] == [[], [group.pk]]


def test_passwords_are_told_to_have_changed_and_never_how(desk, alice):
    url = reverse("admin:auth_user_password_change", args=[alice.pk])
    desk.post(url, {"password1": "looking-glass-8", "password2": "looking-glass-8", "usable_password": "true"})
    act = Act.objects.get()
    assert (act.kind, act.object_id) == ("change", str(alice.pk))
    assert "md5" not in str(act.changes)
    before, after = {"password": "md5$a", "note": "x"}, {"password": "md5$b", "note": "x"}
    assert auditing.changes(before, after) == {"password": ["•••", "•••"]}


def test_an_act_refused_by_the_form_is_none(desk):
    desk.post(reverse("admin:forum_category_add"), {"name": ""})
    assert not Act.objects.exists()


def test_an_action_that_tells_nothing_itself_is_told_for_each_row(desk):
    action = {"action": "send_password_link", "_selected_action": [builders.member("dora").pk]}
    desk.post(reverse("admin:members_member_changelist"), action)
    act = Act.objects.get()
    assert (act.kind, act.verb, act.label) == ("action", "send_password_link", f"member {act.object_id}")


def test_the_audit_cannot_be_changed_or_emptied(desk, admin):
    builders.tag("python")
    desk.post(reverse("admin:forum_tag_add"), {"name": "sql", "excerpt": "", "wiki": "", "synonym_of": ""})
    for change in (lambda: Act.objects.update(note="nothing"), lambda: Act.objects.all().delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    assert Act.objects.get().model == "forum.tag"
    url = reverse("admin:desk_act_change", args=[Act.objects.get().pk])
    assert desk.post(url, {"note": "x"}).status_code == 403


def test_the_audit_is_filtered_by_who_what_and_when(desk, admin):
    desk.post(reverse("admin:forum_tag_add"), {"name": "sql", "excerpt": "", "wiki": "", "synonym_of": ""})
    tag, audit = Tag.objects.get(), reverse("admin:desk_act_changelist")

    def found(**query: str) -> int:
        return desk.get(audit, query).context["cl"].result_count

    assert found(q=str(tag.pk)) == found(q="admin") == found(model="forum.tag") == 1
    assert found(actor__id__exact=str(admin.pk)) == found(at_from="2020-01-01") == 1
    assert found(model="forum.post") == found(at_to="2020-01-01") == found(q="nobody") == 0


def test_the_history_of_an_object_shows_its_acts(desk):
    desk.post(reverse("admin:forum_tag_add"), {"name": "sql", "excerpt": "A language", "wiki": "", "synonym_of": ""})
    page = desk.get(reverse("admin:forum_tag_history", args=[Tag.objects.get().pk])).content.decode()
    assert "A language" in page


def test_staff_without_the_permission_do_not_read_the_audit(client_of, member_named):
    staff = client_of(member_named("staff", is_staff=True))
    assert staff.get(reverse("admin:desk_act_changelist")).status_code == 403


def test_who_a_member_was_is_not_kept_for_good(desk, admin, alice):
    form = {"username": "alice2", "email": "liddell@example.org", "display_name": "Alice Liddell", "bio": "Seven."}
    inline = {f"emailaddress_set-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    desk.post(reverse("admin:members_member_change", args=[alice.pk]), form | inline)
    act = Act.objects.get()
    assert act.label == f"member {alice.pk}"
    assert act.changes["is_active"] == [True, False]
    assert act.changes["username"] == act.changes["email"] == ["•••", "•••"]
    assert [act.changes[name] for name in ("display_name", "bio", "bio_html")] == [["", "•••"]] * 3
    assert "iddell" not in str(act.changes)
